"""Every block of docs/api.md runs as it stands, against a really started server and a real library."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from answer_world import shipped_scorer
from ui_started import started

from ingest.sources import ReadOptions, read_sources
from qa.compose import OnRecord
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel
from qa.models.shelf import Shelf
from qa.settings import ServerSettings, Settings, make_settings
from ui.server import make_app
from ui.service import Service

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860"
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[list[str]]:
    """Read a shell block as commands."""
    lexer = shlex.shlex(block.replace("\\\n", " "), posix=True, punctuation_chars="\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    words, found = list(lexer), [[]]
    for word in words:
        if word.strip("\n"):
            found[-1].append(word)
        else:
            found.append([])
    return [command for command in found if command]


def news(folder: Path) -> Path:
    """Write the part of the sample that the page asks about."""
    lines = (ROOT / "eval" / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
    wanted = [line for line in lines if "Hesk Point" in line or "Grey Petrel" in line or "PellNow" in line][:12]
    (folder / "news.jsonl").write_text("\n".join(wanted), encoding="utf-8")
    return folder / "news.jsonl"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docs")


@pytest.fixture(scope="module")
def library(home: Path, real_embedder: Embedder, real_model: LanguageModel, real_shelf: Shelf) -> Iterator[OnRecord]:
    from qa.answer.engine import NewsQueryEngine
    from qa.library.index import NewsIndex
    from qa.search.retrieve import NewsRetriever

    settings = Settings(home=home / "home", models=real_shelf.folder)
    with ExitStack() as opened:
        index = opened.enter_context(NewsIndex.open(settings.home, embedder=real_embedder.name, dim=real_embedder.dim))
        retriever = NewsRetriever(index, real_embedder, settings.retrieval, None)
        opened.callback(retriever.close)
        engine = NewsQueryEngine(retriever, real_embedder, settings.answer, real_model, scorer=shipped_scorer())
        onrecord = OnRecord(settings, real_shelf, real_embedder, index, retriever, engine, opened)
        Service(onrecord).ingest(read_sources([str(news(home))], ReadOptions()))
        yield onrecord


def test_the_page_has_blocks_of_both_kinds() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "python"}
    assert len(BLOCKS) >= 8


@pytest.mark.timeout(300)
def test_every_block_runs(library: OnRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    import qa.compose

    # The one block that opens a library gets the one that is open: nothing else differs from what a reader runs.
    monkeypatch.setattr(qa.compose, "open_library", lambda settings: contextlib.nullcontext(library))
    with started(make_app(library, chat=False)) as url:
        for kind, block in BLOCKS:
            here = block.replace(ADDRESS, url)
            assert "127.0.0.1:7860" not in here
            for told in map(_curl, commands(here)) if kind == "sh" else (_python(here),):
                assert told.strip(), here
                assert '"error":{' not in told.replace('": ', '":'), told


def _curl(command: list[str]) -> str:
    done = subprocess.run([*command, "--fail-with-body", "--max-time", "100"], capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    if "/stream" not in " ".join(command):
        for line in done.stdout.splitlines():
            json.loads(line)
    return done.stdout


def _python(block: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block, "docs/api.md", "exec"), {"__name__": "__main__"})
    return said.getvalue()


def test_every_setting_of_the_page_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"`ONRECORD_SERVER__(\w+)`", PAGE):
        assert name.lower() in ServerSettings.model_fields
    assert make_settings().answer.max_question > 0
