"""What a filter lets through, against the same rules written plainly; and how a roster follows changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.library.reading import CarrierRow, VersionRow
from qa.library.roster import Names, Roster, empty_roster, update_roster
from qa.library.rows import EVER, domain_of, micros, passage_id, split_passage_id
from qa.types import SearchFilter

DAY0 = datetime(2025, 1, 1, tzinfo=UTC)
days = st.integers(0, 9)
maybe_day = st.none() | days
outlets = st.sampled_from(["Herald", "Echo", "Post"])


def at(day: int | None) -> datetime | None:
    return None if day is None else DAY0 + timedelta(days=day)


def value(day: int | None) -> int | None:
    return micros(at(day))


@st.composite
def libraries(draw: st.DrawFn) -> list[tuple[VersionRow, list[CarrierRow]]]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        published = draw(maybe_day)
        version = VersionRow(
            number + 1, f"a{number}", 1, True, value(published), value(published), None,
            draw(st.sampled_from(["en", "fr", None])),
        )  # fmt: skip
        name = draw(outlets)
        carriers = [CarrierRow(f"a{number}", True, name, f"https://{name.lower()}.example/{number}", value(published))]
        for other in draw(st.lists(outlets, max_size=2)):
            carriers.append(
                CarrierRow(
                    f"a{number}",
                    False,
                    other,
                    f"https://www.{other.lower()}.example/{number}",
                    value(draw(maybe_day)),
                    value(draw(maybe_day)),
                )
            )
        found.append((version, carriers))
    return found


filters = st.builds(
    lambda since, until, keep, publishers, domains, languages, without, as_of: SearchFilter(
        at(since), at(until), keep, tuple(publishers), tuple(domains), tuple(languages), (), tuple(without), at(as_of)
    ),
    maybe_day, maybe_day, st.booleans(), st.lists(st.sampled_from(["herald", "ECHO", "nobody"]), max_size=2),
    st.lists(st.sampled_from(["post.example", "-echo.example", "herald.example"]), max_size=2),
    st.lists(st.sampled_from(["en", "fr"]), max_size=1), st.lists(st.sampled_from(["a0", "a1"]), max_size=1), maybe_day,
)  # fmt: skip


def admitted(version: VersionRow, carriers: list[CarrierRow], wanted: SearchFilter) -> bool:
    barred = {name[1:] for name in wanted.domains if name.startswith("-")}
    domains = {name for name in wanted.domains if not name.startswith("-")}
    if version.article_id in wanted.without_articles or (wanted.languages and version.language not in wanted.languages):
        return False
    begins = EVER if version.valid_from is None else version.valid_from
    carriers = [carrier for carrier in carriers if carrier.until is None or begins < carrier.until]
    if any(carrier.main and domain_of(carrier.url) in barred for carrier in carriers):
        return False
    if wanted.as_of and version.published is not None and version.published > (micros(wanted.as_of) or 0):
        return False
    return any(_outlet_fits(carrier, domains, wanted) for carrier in carriers)


def _outlet_fits(carrier: CarrierRow, domains: set[str], wanted: SearchFilter) -> bool:
    names = {name.casefold() for name in wanted.publishers}
    if names and (carrier.publisher or "").casefold() not in names:
        return False
    if domains and domain_of(carrier.url) not in domains:
        return False
    if carrier.published is None:
        return wanted.keep_undated or (wanted.since is None and wanted.until is None)
    moment = DAY0 + timedelta(microseconds=carrier.published - (micros(DAY0) or 0))
    return (
        (wanted.since is None or moment >= wanted.since)
        and (wanted.until is None or moment < wanted.until)
        and (wanted.as_of is None or moment <= wanted.as_of)
    )


def roster_of(library: list[tuple[VersionRow, list[CarrierRow]]], start: Roster | None = None) -> Roster:
    passages = np.array([[2 * v.key + half, v.key, half] for v, _ in library for half in (0, 1)], dtype=np.int64)
    return update_roster(
        start or empty_roster(Names()), [v.article_id for v, _ in library] if start else [], [v for v, _ in library],
        [carrier for _, carriers in library for carrier in carriers], passages.reshape(-1, 3),
    )  # fmt: skip


@pytest.mark.fuzz
@settings(deadline=None, max_examples=200)
@given(libraries(), filters)
def test_a_filter_lets_through_what_the_plain_rules_do(library, wanted) -> None:  # type: ignore[no-untyped-def]
    roster = roster_of(library)
    chosen = roster.select(wanted)
    expected = {version.article_id for version, carriers in library if admitted(version, carriers, wanted)}
    assert {roster.v_article[row] for row in np.flatnonzero(chosen.versions)} == expected
    assert chosen.passages == 2 * len(expected)
    assert {name.rsplit(".", 2)[0] for name in roster.ids(roster.keys(chosen))} == expected
    assert roster.searched(wanted).articles == len(expected)


@pytest.mark.fuzz
@settings(deadline=None, max_examples=100)
@given(libraries(), libraries(), filters)
def test_a_roster_that_followed_changes_equals_a_fresh_one(before, after, wanted) -> None:  # type: ignore[no-untyped-def]
    kept = before[len(after) :]
    followed = roster_of(after, roster_of(before))
    fresh = roster_of(after + kept)
    for roster in (followed, fresh):
        assert np.all(roster.p_key[1:] > roster.p_key[:-1])
    one, other = (roster.ids(roster.keys(roster.select(wanted))) for roster in (followed, fresh))
    assert one == other
    assert followed.publishers == fresh.publishers


def test_deleted_passages_are_not_admitted_and_unknown_ids_have_no_key() -> None:
    roster = roster_of(
        [(VersionRow(1, "a", 1, True, None, None, None, None), [CarrierRow("a", True, None, None, None)])]
    )
    everything = roster.select(SearchFilter())
    assert roster.admit(np.array([1, 2, 3, 4, 99]), everything).tolist() == [False, True, True, False, False]
    assert [roster.key_of(name) for name in ("a.1.0", "a.1.1", "a.1.2", "a.2.0", "b.1.0", "nonsense")] == [
        2,
        3,
        None,
        None,
        None,
        None,
    ]
    assert roster.beside(2) == [3]


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.org/a", "example.org"), ("example.org", "example.org"),
        ("http://news.example.org:80", "news.example.org"),
        (None, None), ("", None), ("http://[broken", None),
    ],
)  # fmt: skip
def test_domains(url: str | None, domain: str | None) -> None:
    assert domain_of(url) == domain


def test_a_domain_admits_the_hosts_under_it() -> None:
    names = Names()
    for host in ("example.org", "news.example.org", "badexample.org"):
        names.domains.code(host)
    assert names.domains.within(["https://www.example.org/path"]) == [0, 1]


@pytest.mark.fuzz
@given(st.text(min_size=1), st.integers(1, 99), st.integers(0, 999))
def test_passage_ids_come_apart_again(article_id: str, version: int, ordinal: int) -> None:
    assert split_passage_id(passage_id(article_id, version, ordinal)) == (article_id, version, ordinal)
