"""A model file that a disk or a broken copy has damaged since it was pulled."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from scripted_server import ScriptedServer, file_reply

from qa.errors import ModelMissingError
from qa.models.pull import HubFile
from qa.models.shelf import Shelf, ShelfEntry

CONTENT = b"GGUF" + bytes(range(256)) * 64
TINY = ShelfEntry(
    "tiny", "for tests", "MIT", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), True,
    (HubFile("maker/tiny", "tiny.gguf"),),
)  # fmt: skip


def test_model_file_cut_short_is_said_and_mended(tmp_path: Path) -> None:
    with ScriptedServer() as hub:
        hub.on("/maker/tiny/resolve/main/tiny.gguf", file_reply(CONTENT))
        shelf = Shelf(tmp_path, hub=hub.url, built_in=(TINY,))
        file = shelf.pull("tiny")
        file.write_bytes(CONTENT[:100])
        assert not shelf.has("tiny")
        with pytest.raises(ModelMissingError, match="cut short; run `onrecord models pull tiny`"):
            shelf.path("tiny")
        assert shelf.pull("tiny").read_bytes() == CONTENT
        assert shelf.path("tiny") == file


def test_model_file_with_another_checksum_is_pulled_anew(tmp_path: Path) -> None:
    with ScriptedServer() as hub:
        hub.on("/maker/tiny/resolve/main/tiny.gguf", file_reply(CONTENT))
        shelf = Shelf(tmp_path, hub=hub.url, built_in=(TINY,))
        file = shelf.pull("tiny")
        file.write_bytes(CONTENT[:-1] + b"!")
        assert shelf.pull("tiny").read_bytes() == CONTENT
