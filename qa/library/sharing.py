"""A thing in use by several threads that can be replaced while they use it; it is closed once the last one is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Holds the thing, lends it, swaps it.

    Args:
        thing: what is lent first.
        close: called once with each thing that was replaced or ended, when nobody uses it any more.
    """

    def __init__(self, thing: T, close: Callable[[T], None]) -> None:
        self._close = close
        self._lock = Lock()
        self._loan = _Loan(thing)

    @contextmanager
    def lent(self) -> Iterator[T]:
        """Lend the thing as it is now; it stays open until it is given back."""
        with self._lock:
            loan = self._loan
            loan.users += 1
        try:
            yield loan.thing
        finally:
            self._returned(loan)

    def replace(self, thing: T) -> None:
        """Lend another thing from now on."""
        with self._lock:
            old, self._loan = self._loan, _Loan(thing)
        self._retire(old)

    def end(self) -> None:
        """Close the thing as soon as nobody uses it; a second call does nothing."""
        self._retire(self._loan)

    def _retire(self, loan: _Loan[T]) -> None:
        with self._lock:
            loan.ended = True
            loan.users += 1
        self._returned(loan)

    def _returned(self, loan: _Loan[T]) -> None:
        with self._lock:
            loan.users -= 1
            last = loan.ended and not loan.users and not loan.closed
            loan.closed = loan.closed or last
        if last:
            self._close(loan.thing)


class _Loan(Generic[T]):
    def __init__(self, thing: T) -> None:
        self.thing = thing
        self.users = 0
        self.ended = False
        self.closed = False
