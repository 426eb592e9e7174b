"""Which passages a filter lets through: numpy columns of every version, carrier and passage, and masks over them.

A roster is an immutable picture of the catalog; a change makes a new one, so that a search that is under way keeps the
one it began with. Nothing here touches a disk. A date bound, publisher or domain is asked of every outlet that carried
a story, each with its own date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from qa.library.reading import CarrierRow, Integers, VersionRow
from qa.library.rows import carries, domain_of, micros, moment, passage_id, split_passage_id
from qa.types import Searched, SearchFilter

UNKNOWN = -(1 << 62)
"""Stands for a date that is not known and for "since ever"."""
_FOREVER = 1 << 62
_KEPT_SELECTIONS = 16
Mask = NDArray[np.bool_]


class Codes:
    """Small integers for names, given in order of first sight; names are compared without case."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.shown: list[str] = []

    def code(self, name: str | None) -> int:
        """Give the code of a name, making one if needed; -1 for no name."""
        if not name:
            return -1
        code = self._codes.setdefault(name.casefold(), len(self.shown))
        if code == len(self.shown):
            self.shown.append(name)
        return code

    def find(self, names: Iterable[str]) -> list[int]:
        """Give the codes of the names that have one."""
        return [code for code in (self._codes.get(name.casefold()) for name in names) if code is not None]

    def within(self, domains: Iterable[str]) -> list[int]:
        """Give the codes of host names that are, or lie under, one of these."""
        ends = [host for host in (domain_of(domain) for domain in domains) if host]
        known = list(enumerate(self.shown))
        return [code for code, name in known if any(name == end or name.endswith(f".{end}") for end in ends)]


@dataclass(frozen=True)
class Names:
    """The codes of one library; only ever added to, by its one writer."""

    publishers: Codes = field(default_factory=Codes)
    domains: Codes = field(default_factory=Codes)
    languages: Codes = field(default_factory=Codes)


@dataclass(frozen=True)
class Selection:
    """What a filter lets through: a mask over versions, and how many passages that makes."""

    versions: Mask
    passages: int


@dataclass(frozen=True, eq=False)
class Roster:
    """The columns: of versions (``v_``), of carriers (``c_``) and of passages (``p_``, by ascending key)."""

    names: Names
    v_key: Integers
    v_article: tuple[str, ...]
    v_version: Integers
    v_current: Mask
    v_published: Integers
    v_from: Integers
    v_to: Integers
    v_language: Integers
    c_owner: Integers
    c_publisher: Integers
    c_domain: Integers
    c_published: Integers
    c_main: Mask
    p_key: Integers
    p_owner: Integers
    p_ordinal: Integers

    @cached_property
    def p_counts(self) -> Integers:
        """How many passages each version has."""
        return np.bincount(self.p_owner, minlength=len(self.v_key)).astype(np.int64)

    @cached_property
    def by_article(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of each article's versions."""
        found: dict[str, tuple[int, ...]] = {}
        for row, article_id in enumerate(self.v_article):
            found[article_id] = (*found.get(article_id, ()), row)
        return found

    @cached_property
    def select(self) -> Callable[[SearchFilter], Selection]:
        """Give what a filter lets through; the last few answers are kept, as one question asks several times."""
        return lru_cache(maxsize=_KEPT_SELECTIONS)(self._select)

    def searched(self, wanted: SearchFilter) -> Searched:
        """Count the articles in scope, those left out for want of a date, and say how new the newest is."""
        mask = self.select(wanted).versions
        newest = int(self.v_published[mask].max(initial=UNKNOWN))
        return Searched(
            articles=int(mask.sum()),
            undated_left_out=self._undated_left_out(wanted),
            newest=None if newest == UNKNOWN else moment(newest),
        )

    def newest_first(self, wanted: SearchFilter) -> Integers:
        """Give the rows of the versions that a filter lets through, the newest first and the undated last."""
        rows = np.flatnonzero(self.select(wanted).versions)
        return rows[np.lexsort((-self.v_key[rows], -self.v_published[rows]))]

    @cached_property
    def publishers(self) -> tuple[tuple[str, int], ...]:
        """Give every outlet and how many current articles it carries, the most first."""
        mine = self.v_current[self.c_owner] & (self.c_publisher >= 0)
        counts = np.bincount(self.c_publisher[mine], minlength=len(self.names.publishers.shown))
        named = zip(self.names.publishers.shown, counts.tolist(), strict=False)
        return tuple(sorted(((name, count) for name, count in named if count), key=lambda pair: (-pair[1], pair[0])))

    def keys(self, selection: Selection) -> Integers:
        """Give the keys of a selection's passages."""
        kept: Integers = self.p_key[selection.versions[self.p_owner]]
        return kept

    def admit(self, keys: Integers, selection: Selection) -> Mask:
        """Tell which of these passage keys exist and are in a selection."""
        if not len(self.p_key):
            return np.zeros(len(keys), dtype=bool)
        rows = np.minimum(np.searchsorted(self.p_key, keys), len(self.p_key) - 1)
        admitted: Mask = (self.p_key[rows] == keys) & selection.versions[self.p_owner[rows]]
        return admitted

    def ids(self, keys: Integers) -> list[str]:
        """Give the passage ids of keys, all of which must exist."""
        rows = np.searchsorted(self.p_key, keys)
        owners, ordinals = self.p_owner[rows].tolist(), self.p_ordinal[rows].tolist()
        numbers = self.v_version[self.p_owner[rows]].tolist()
        return [
            passage_id(self.v_article[owner], number, ordinal)
            for owner, number, ordinal in zip(owners, numbers, ordinals, strict=True)
        ]

    def key_of(self, identity: str) -> int | None:
        """Give the key of a passage id; ``None`` when there is no such passage."""
        parts = split_passage_id(identity)
        if parts is None:
            return None
        owner = next((row for row in self.by_article.get(parts[0], ()) if self.v_version[row] == parts[1]), None)
        if owner is None:
            return None
        mine = self._rows_of(owner)
        rows = mine[self.p_ordinal[mine] == parts[2]]
        return int(self.p_key[rows[0]]) if len(rows) else None

    def beside(self, key: int) -> list[int]:
        """Give the keys of the passages just before and just after one, of the same article version."""
        row = int(np.searchsorted(self.p_key, key))
        near = [other for other in (row - 1, row + 1) if 0 <= other < len(self.p_key)]
        return [int(self.p_key[other]) for other in near if self.p_owner[other] == self.p_owner[row]]

    def _rows_of(self, owner: int) -> Integers:
        # Passages of a version have consecutive keys, so the first one found by bisection would do but for old homes.
        first = self._first_rows[owner]
        return np.arange(first, first + self.p_counts[owner])

    @cached_property
    def _first_rows(self) -> Integers:
        first = np.zeros(len(self.v_key), dtype=np.int64)
        first[self.p_owner[::-1]] = np.arange(len(self.p_owner))[::-1]
        return first

    def _select(self, wanted: SearchFilter) -> Selection:
        mask = self._admitted(wanted)
        return Selection(mask, int(self.p_counts[mask].sum()))

    def _admitted(self, wanted: SearchFilter) -> Mask:
        outlets = self._outlets(wanted)
        mask = np.zeros(len(self.v_key), dtype=bool)
        mask[self.c_owner[outlets]] = True
        mask &= self._held(wanted)
        if wanted.languages:
            mask &= _among(self.v_language, self.names.languages.find(wanted.languages))
        if wanted.articles:
            mask &= self._named(wanted.articles)
        if wanted.without_articles:
            mask &= ~self._named(wanted.without_articles)
        return mask & ~self._shunned(wanted)

    def _outlets(self, wanted: SearchFilter) -> Mask:
        mask = self._in_window(wanted)
        if wanted.as_of is not None:
            mask &= self.c_published <= _value(wanted.as_of)
        if wanted.publishers:
            mask &= _among(self.c_publisher, self.names.publishers.find(wanted.publishers))
        domains = [name for name in wanted.domains if not name.startswith("-")]
        if domains:
            mask &= _among(self.c_domain, self.names.domains.within(domains))
        return mask

    def _in_window(self, wanted: SearchFilter) -> Mask:
        mask = np.ones(len(self.c_owner), dtype=bool)
        if wanted.since is not None:
            mask &= self.c_published >= _value(wanted.since)
        if wanted.until is not None:
            mask &= self.c_published < _value(wanted.until)
        undated = self.c_published == UNKNOWN
        if wanted.keep_undated:
            mask |= undated
        elif _bounded(wanted):
            mask &= ~undated
        return mask

    def _held(self, wanted: SearchFilter) -> Mask:
        if wanted.as_of is None:
            return self.v_current
        then = _value(wanted.as_of)
        return (self.v_from <= then) & (then < self.v_to)

    def _shunned(self, wanted: SearchFilter) -> Mask:
        # A story is shown under its main outlet, so that is the one that must not be an excluded one.
        mask = np.zeros(len(self.v_key), dtype=bool)
        domains = [name[1:] for name in wanted.domains if name.startswith("-")]
        if domains:
            mask[self.c_owner[_among(self.c_domain, self.names.domains.within(domains)) & self.c_main]] = True
        return mask

    def _named(self, article_ids: Iterable[str]) -> Mask:
        mask = np.zeros(len(self.v_key), dtype=bool)
        mask[[row for name in article_ids for row in self.by_article.get(name, ())]] = True
        return mask

    def _undated_left_out(self, wanted: SearchFilter) -> int:
        if wanted.keep_undated or not _bounded(wanted):
            return 0
        free = self.select(replace(wanted, since=None, until=None)).versions
        return int((free & ~self.select(wanted).versions & (self.v_published == UNKNOWN)).sum())


def empty_roster(names: Names) -> Roster:
    """Make the roster of an empty library."""
    none, never = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    return Roster(names, none, (), none, never, none, none, none, none, none, none, none, none, never, none, none, none)


def update_roster(
    old: Roster, gone: Sequence[str], versions: Sequence[VersionRow], carriers: Sequence[CarrierRow], passages: Integers
) -> Roster:
    """Make the roster that follows when articles have changed.

    Args:
        old: the roster before.
        gone: the ids of the changed articles; their rows are dropped.
        versions, carriers: the fresh rows of those articles that still exist.
        passages: ``(n, 3)`` of key, version key and ordinal of those versions.
    """
    kept = ~old._named(gone) if gone else np.ones(len(old.v_key), dtype=bool)
    place = np.cumsum(kept) - 1
    c_kept, p_kept = kept[old.c_owner], kept[old.p_owner]
    base = int(kept.sum())
    outlets = [(base + row, carrier) for row, carrier in _outlets_of(versions, carriers)]
    names = old.names
    p_key = np.concatenate([old.p_key[p_kept], passages[:, 0]])
    p_owner = np.concatenate([place[old.p_owner[p_kept]], base + _places(versions, passages[:, 1])])
    p_ordinal = np.concatenate([old.p_ordinal[p_kept], passages[:, 2]])
    if np.any(p_key[1:] < p_key[:-1]):
        order = np.argsort(p_key, kind="stable")
        p_key, p_owner, p_ordinal = p_key[order], p_owner[order], p_ordinal[order]
    return Roster(
        names=names,
        v_key=_join(old.v_key[kept], [row.key for row in versions]),
        v_article=_kept_names(old.v_article, kept) + tuple(row.article_id for row in versions),
        v_version=_join(old.v_version[kept], [row.version for row in versions]),
        v_current=np.concatenate([old.v_current[kept], np.array([row.current for row in versions], dtype=bool)]),
        v_published=_join(old.v_published[kept], [_or(row.published, UNKNOWN) for row in versions]),
        v_from=_join(old.v_from[kept], [_or(row.valid_from, UNKNOWN) for row in versions]),
        v_to=_join(old.v_to[kept], [_or(row.valid_to, _FOREVER) for row in versions]),
        v_language=_join(old.v_language[kept], [names.languages.code(row.language) for row in versions]),
        c_owner=_join(place[old.c_owner[c_kept]], [row for row, _ in outlets]),
        c_publisher=_join(old.c_publisher[c_kept], [names.publishers.code(row.publisher) for _, row in outlets]),
        c_domain=_join(old.c_domain[c_kept], [names.domains.code(domain_of(row.url)) for _, row in outlets]),
        c_published=_join(old.c_published[c_kept], [_or(row.published, UNKNOWN) for _, row in outlets]),
        c_main=np.concatenate([old.c_main[c_kept], np.array([row.main for _, row in outlets], dtype=bool)]),
        p_key=p_key,
        p_owner=p_owner,
        p_ordinal=p_ordinal,
    )


def _outlets_of(versions: Sequence[VersionRow], carriers: Sequence[CarrierRow]) -> Iterable[tuple[int, CarrierRow]]:
    carried: dict[str, list[CarrierRow]] = {}
    for carrier in carriers:
        carried.setdefault(carrier.article_id, []).append(carrier)
    for row, version in enumerate(versions):
        for carrier in carried.get(version.article_id, []):
            if carries(carrier.until, version.valid_from):
                # The main outlet published each version at that version's own date.
                yield row, replace(carrier, published=version.published) if carrier.main else carrier


def _places(versions: Sequence[VersionRow], version_keys: Integers) -> Integers:
    keys = np.array([row.key for row in versions], dtype=np.int64)
    order = np.argsort(keys)
    return order[np.searchsorted(keys, version_keys, sorter=order)] if len(keys) else np.zeros(0, dtype=np.int64)


def _kept_names(names: tuple[str, ...], kept: Mask) -> tuple[str, ...]:
    return names if kept.all() else tuple(name for name, keep in zip(names, kept.tolist(), strict=True) if keep)


def _join(old: Integers, fresh: Sequence[int]) -> Integers:
    return np.concatenate([old, np.array(fresh, dtype=np.int64)])


def _among(column: Integers, codes: Sequence[int]) -> Mask:
    return np.isin(column, np.array(codes, dtype=np.int64)) if codes else np.zeros(len(column), dtype=bool)


def _bounded(wanted: SearchFilter) -> bool:
    return wanted.since is not None or wanted.until is not None


def _or(value: int | None, instead: int) -> int:
    return instead if value is None else value


def _value(date: object) -> int:
    return _or(micros(date), UNKNOWN)  # type: ignore[arg-type]
