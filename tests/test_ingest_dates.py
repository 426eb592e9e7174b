"""Dates: honoured where they are certain, unknown otherwise, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.dates import believable, parse_date

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2023-04-28T17:40:08Z", datetime(2023, 4, 28, 17, 40, 8, tzinfo=UTC)),
        ("2012-02-22 23:28:21 -0400", datetime(2012, 2, 23, 3, 28, 21, tzinfo=UTC)),
        ("Tue, 03 Jun 2003 09:39:21 GMT", datetime(2003, 6, 3, 9, 39, 21, tzinfo=UTC)),
        ("April 28, 2023 5:15 pm EDT", datetime(2023, 4, 28, 21, 15, tzinfo=UTC)),
        ("2022/11/15", datetime(2022, 11, 15, tzinfo=UTC)),
        ("20230413", datetime(2023, 4, 13, tzinfo=UTC)),
        ("13/04/2023", datetime(2023, 4, 13, tzinfo=UTC)),
        ("28. April 2023, 17:52 Uhr", datetime(2023, 4, 28, 17, 52, tzinfo=UTC)),
        ("25 de mayo de 2025", datetime(2025, 5, 25, tzinfo=UTC)),
        ("2023年1月13日", datetime(2023, 1, 13, tzinfo=UTC)),
        (1683000000, datetime(2023, 5, 2, 4, tzinfo=UTC)),
        ("1683000000000", datetime(2023, 5, 2, 4, tzinfo=UTC)),
        (20230413, datetime(2023, 4, 13, tzinfo=UTC)),
        ("202304131200", datetime(2023, 4, 13, 12, tzinfo=UTC)),
        ("Thu 13/04/2023", datetime(2023, 4, 13, tzinfo=UTC)),
        (date(2020, 2, 29), datetime(2020, 2, 29, tzinfo=UTC)),
    ],
)
def test_certain_date_is_read_in_its_own_zone(written: object, meant: datetime) -> None:
    assert parse_date(written) == meant


def test_date_without_zone_is_utc() -> None:
    assert parse_date("2024-05-06 07:08:09") == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert parse_date(datetime(2024, 5, 6, 7)) == datetime(2024, 5, 6, 7, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    "written",
    [
        *("", "2023", "March 2023", "2023-04", "10:30", "Wed Apr 28", "12", "yesterday", "2 hours ago", "today"),
        *("2023-02-30", "0000-00-00", "Sat, 31 Feb 2004 00:00:00 GMT", "x" * 5000, None, True, float("nan"), 1e300),
        *("9999-12-31T23:59:59-10:00", [], {"year": 2023}, 2023, 0, 12.5, "Mon 03/04/2023", "10:30 03/04/2023"),
    ],
)
def test_uncertain_date_is_unknown(written: object) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    "written",
    [
        *("2024-05-06 12:00 XYZ", "6 May 2024 12:00 XYZ", "May 6, 2024 12:00 PM IST", "Mon, 06 May 2024 12:00:00 WXYZ"),
        *("6 mai 2024 12:00 XYZ", "6 mai 2024 12:00 IST", "6 May 2024 12:00 XYZ (local time)", "20240506T120000 XYZ"),
    ],
)
def test_moment_in_a_zone_that_nobody_knows_or_several_share_is_unknown(written: str) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("zone", "hours"), [("NZST", 12), ("SGT", 8), ("WIB", 7), ("ACST", 9.5), ("BRT", -3), ("EAT", 3), ("GMT+0200", 2)]
)
def test_zones_of_one_meaning_are_known(zone: str, hours: float) -> None:
    assert parse_date(f"6 May 2024 20:00 {zone}") == datetime(2024, 5, 6, 20, tzinfo=UTC) - timedelta(hours=hours)


def test_hour_in_capitals_is_no_zone() -> None:
    for written in ("6 MAY 2024 12:00 PM", "6 MAI 2024 12:00", "6. MAI 2024, 12:00 UHR", "12:00 MON 6 MAY 2024"):
        assert parse_date(written) == datetime(2024, 5, 6, 12, tzinfo=UTC)


def test_day_and_month_that_could_be_swapped_are_unknown() -> None:
    assert parse_date("03/04/2023") is None
    assert parse_date("05/05/2023") == datetime(2023, 5, 5, tzinfo=UTC)


def test_future_and_ancient_dates_are_not_believed() -> None:
    assert believable(NOW, NOW)
    assert believable(NOW + timedelta(hours=23), NOW)
    assert not believable(NOW + timedelta(days=2), NOW)
    assert not believable(datetime(1592, 1, 1, tzinfo=UTC), NOW)
    assert not believable(None, NOW)
