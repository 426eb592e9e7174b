"""The folder that a library is kept under: who owns it, and what its disk refuses.

One process at a time may write to a home; it holds an exclusive lock that the system frees when the process ends,
however it ends. Only this module imports ``filelock``. It does not know what is kept inside.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from qa.errors import CorruptIndexError, HomeError, HomeLockedError, HomeUnwritableError

_LOCK = "lock"
_OWNER = "owner.json"
_PROBE_SECONDS = 0.5
_TIGHT = 16_000_000
_REFUSED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a home, and where it answers requests (``None`` when it serves nothing)."""

    pid: int
    url: str | None = None

    def __str__(self) -> str:
        return f"pid {self.pid}" + (f", {self.url}" if self.url else "")


class HomeLock:
    """The exclusive right to write under a home; made by ``acquire``."""

    def __init__(self, home: Path, lock: FileLock) -> None:
        self.home = home
        self._lock = lock

    @classmethod
    def acquire(cls, home: Path, owner_url: str | None = None) -> HomeLock:
        """Take the home, making the folder when it is missing.

        Args:
            home: the folder.
            owner_url: where this process will answer other commands, if it will.

        Raises:
            HomeLockedError: another process holds it.
            HomeUnwritableError: the folder cannot be made or written.
        """
        lock = FileLock(home / _LOCK, thread_local=False)
        with writing(home):
            home.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=_PROBE_SECONDS, poll_interval=0.02)
            except Timeout as error:
                raise HomeLockedError(str(home), str(_read_owner(home) or "unknown")) from error
        held = cls(home, lock)
        held.announce(owner_url)
        return held

    def announce(self, url: str | None) -> None:
        """Tell other commands where this process answers (a server knows its port only once it is bound)."""
        with writing(self.home):
            replace_file(self.home / _OWNER, json.dumps({"pid": os.getpid(), "url": url}).encode())

    def release(self) -> None:
        """Give the home back; a second call does nothing."""
        if self._lock.is_locked:
            with suppress(OSError):
                (self.home / _OWNER).unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def owner(home: Path) -> Owner | None:
    """Give the process that holds a home, or ``None`` when it is free or does not exist.

    Raises:
        HomeUnwritableError: the lock cannot be read.
    """
    if not (home / _LOCK).exists():
        return None
    probe = FileLock(home / _LOCK, thread_local=False)
    with writing(home):
        try:
            probe.acquire(blocking=False)
        except Timeout:
            return _read_owner(home) or Owner(pid=0)
    probe.release()
    return None


def _read_owner(home: Path) -> Owner | None:
    try:
        found = json.loads((home / _OWNER).read_bytes())
        return Owner(pid=int(found["pid"]), url=found["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Translate what the disk refuses.

    Raises:
        HomeUnwritableError: read-only, full, not permitted, or not a folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _REFUSED:
            raise unwritable(home, error.strerror or str(error)) from error
        raise


def unwritable(home: Path, reason: str) -> HomeUnwritableError:
    """Make the error for a home that cannot be written."""
    return HomeUnwritableError(
        f"{home} cannot be written ({reason.rstrip('.').lower()}); free space, fix its permissions "
        "or set ONRECORD_HOME."
    )


def corrupt(what: str, reason: str) -> CorruptIndexError:
    """Make the error for a derived index that cannot be used."""
    return CorruptIndexError(f"The index of {what} cannot be read ({reason}); run `onrecord reindex` to rebuild it.")


def broken(folder: Path, what: str, error: BaseException) -> HomeError:
    """Tell whether a derived index failed for want of a disk or is damaged; libraries often do not say which.

    Args:
        folder: where the index lies.
        what: what it holds (``"vectors"``).
        error: what the library raised.
    """
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if speaks_of_disk(reason) or not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < _TIGHT:
        return unwritable(folder, reason)
    return corrupt(what, reason)


@contextmanager
def using(folder: Path, what: str, *kinds: type[Exception]) -> Iterator[None]:
    """Translate what the library under a derived index raises.

    Args:
        folder: where the index lies.
        what: what it holds (``"vectors"``).
        kinds: the exceptions of that library.

    Raises:
        CorruptIndexError: the index is damaged.
        HomeUnwritableError: its disk is read-only or full.
    """
    try:
        yield
    except BaseException as error:
        # A panic in Rust code arrives as an exception outside the Exception tree.
        if not isinstance(error, kinds) and type(error).__name__ != "PanicException":
            raise
        raise broken(folder, what, error) from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def speaks_of_disk(message: str) -> bool:
    """Whether a library's error message says that the disk refused (they keep no error number)."""
    lowered = message.lower()
    return any(
        sign in lowered
        for sign in ("disk is full", "no space left", "read-only", "readonly", "permission denied", "os error 28",
                     "disk i/o error", "os error 13", "os error 30", "unable to open database")
    )  # fmt: skip
