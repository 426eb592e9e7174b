"""A benchmark gets a library of its own in the cache, made once and found again by what it is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fakes import FakeEmbedder, make_article

from eval.datasets.base import Dataset
from eval.home import code_hash, drop_stale, eval_settings, fill, fingerprint
from qa.library.home import HomeLock
from qa.library.index import NewsIndex
from qa.settings import make_settings

NOW = datetime(2025, 6, 1, tzinfo=UTC)
WIRE = " ".join(f"Sentence number {i} of the long wire story about the harbour of Port Quillan." for i in range(12))
ARTICLES = (
    make_article("The ferry costs 41 million crowns.", id="", url="https://a.example/ferry?utm_source=x"),
    make_article(WIRE, id="", url="https://b.example/wire", title="Wire"),
    make_article(WIRE, id="", url="https://c.example/wire", title="Wire again", publisher="The Courier"),
)
DATASET = Dataset("tiny", ARTICLES, ())


def settings_in(folder, **changes):
    return make_settings({}, models=folder / "models", home=folder / "home", **changes)


def test_articles_are_indexed_once_and_found_by_the_benchmarks_addresses(tmp_path):
    settings, embedder, said = eval_settings(settings_in(tmp_path), DATASET), FakeEmbedder(), []
    assert settings.home.parent == tmp_path / "eval"
    with NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim) as index:
        first = fill(index, embedder, settings, DATASET, now=NOW, say=said.append)
        calls = embedder.calls
        assert fill(index, embedder, settings, DATASET, now=NOW, say=said.append) == first
        assert embedder.calls == calls
    assert set(first) == {article.url for article in ARTICLES}
    assert first["https://b.example/wire"] == first["https://c.example/wire"]
    assert first["https://a.example/ferry?utm_source=x"] != first["https://b.example/wire"]
    assert not (tmp_path / "home").exists()


def test_the_fingerprint_follows_what_the_library_holds_and_nothing_else(tmp_path):
    settings = settings_in(tmp_path)
    same = fingerprint(DATASET, settings)
    assert fingerprint(replace(DATASET, name="other"), settings_in(tmp_path / "elsewhere", llm={"threads": 2})) == same
    other = replace(DATASET, articles=(*ARTICLES[:2], replace(ARTICLES[2], text="Changed.")))
    assert fingerprint(other, settings) != same
    assert fingerprint(DATASET, settings_in(tmp_path, ingest={"window": 99})) != same
    assert fingerprint(DATASET, settings_in(tmp_path, embedder={"precision": "fp32"})) != same


def test_a_benchmark_may_keep_near_copies_apart(tmp_path):
    settings = eval_settings(settings_in(tmp_path), replace(DATASET, near_duplicate=1.0))
    assert settings.ingest.near_duplicate == 1.0


def test_code_is_the_same_code_under_other_comments(tmp_path):
    file = tmp_path / "a.py"
    file.write_text('"""Docs."""\n\n\ndef f() -> int:\n    """One."""\n    return 1  # why\n')
    before = code_hash([file])
    file.write_text('"""Other docs."""\ndef f() -> int:\n    """Uno."""\n    return 1\n')
    assert code_hash([file]) == before
    file.write_text("def f() -> int:\n    return 2\n")
    assert code_hash([file]) != before


def test_a_library_made_by_other_code_is_dropped_but_not_one_of_other_content_or_in_use(tmp_path):
    home = eval_settings(settings_in(tmp_path), DATASET).home
    content = home.name.rpartition("-")[0]
    stale, used, other = (home.parent / name for name in (f"{content}-00000000", f"{content}-11111111", "tiny-ff-00"))
    for folder in (home, stale, used, other):
        folder.mkdir(parents=True)
    held = HomeLock.acquire(used)
    drop_stale(home)
    held.release()
    assert sorted(path.name for path in home.parent.iterdir()) == sorted([home.name, used.name, other.name])
