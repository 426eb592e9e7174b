"""Find the expressions of a question that name a period, each with the days it means.

Rules are tried at every place; the longest that begins first wins. A rule gives ``None`` where its words name no
period after all ("March Madness", "third quarter of the game"). English only; nothing here reads the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from qa.search.dates import (
    Days,
    day,
    exact,
    half,
    hull,
    last_date,
    last_weekday,
    months,
    quarter,
    rolling,
    season,
    shift_months,
    unit_ago,
    week_of,
    weekend_before,
    year_of,
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_VAGUE = {"an": 1, "past": 1, "couple": 2, "few": 3, "several": 5}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": 4}

_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)(?!\w)"
)
_MONTH2 = _MONTH.replace("<month>", "<month2>")
_YEAR = r"(?P<year>1\d{3}|20\d\d|(?:last|this|next) year|the year before last)\b(?![-–/]\d)"
_ITS_YEAR = rf"(?:,?\s+(?:of\s+|in\s+)?{_YEAR})?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_DAY2 = r"(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?"
_TO = r"\s*(?:\band\b|\bto\b|\buntil\b|\btill\b|\bthrough\b|[-–—])\s*(?:the\s+)?"
_WEEKDAY = r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few|several|couple)"
_UNIT = r"(?P<unit>hour|day|week|month|quarter|year|decade)"
_SEASON = (
    r"(?P<season>spring|summer|autumn|fall|winter)\b"
    r"(?! (?:night|olympics?|games|sky|season|holidays?|break|school|camp|solstice|sports?|months)\b)"
)
_NAMED_DAY = r"\b(?:times|mirror|telegraph|express|herald|mail|post|night (?:live|football|lights)|morning football)\b"
_COUNTED = "%|percent|per cent|people|men|women|homes|jobs|seats|votes|points|km|miles|met(?:er|re)s|dollars|euros"
_NOT_A_YEAR = rf"(?!\s*(?:{_COUNTED})\b)"


@dataclass(frozen=True, slots=True)
class Period:
    """An expression at ``text[start:end]`` and its days.

    ``rule`` names the kind; ``days`` is ``None``, and ``note`` says why, for one that cannot be used.
    """

    start: int
    end: int
    rule: str
    days: Days | None
    note: str | None = None


Read: TypeAlias = Callable[[Mapping[str, str], date], Days | None]


def find_periods(text: str, today: date) -> list[Period]:
    """Give the periods that a text names, in order, none overlapping.

    Args:
        text: a question.
        today: the date of its as-of moment.
    """
    found = sorted(_matches(text, today), key=lambda each: (each.start, -each.end))
    kept: list[Period] = []
    for period in found:
        if not kept or period.start >= kept[-1].end:
            kept.append(period)
    return kept


def ahead(period: Period, text: str) -> Period:
    """Give the period as one that lies ahead and so cannot bound what has been published."""
    words = text[period.start : period.end]
    return replace(period, rule="ahead", days=None, note=f"“{words}” lies ahead; news of any date was searched.")


def _matches(text: str, today: date) -> Iterator[Period]:
    for rule, pattern, read in _RULES:
        for match in pattern.finditer(text):
            days = read({name: value.lower() for name, value in match.groupdict().items() if value}, today)
            if rule == "ambiguous":
                yield Period(
                    *match.span(), rule, None, f"“{match.group()}” can be read in two ways; write the month's name."
                )
            elif rule == "ahead":
                yield ahead(Period(*match.span(), rule, None), text)
            elif days:
                yield Period(*match.span(), rule, days)


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _VAGUE[word] if word in _VAGUE else max(1, _NUMBERS.index(word))


def _month_number(word: str) -> int:
    return _MONTHS.index(word[:3]) + 1


def _year_number(word: str, today: date) -> int:
    if word.isdigit():
        return int(word)
    return today.year + {"last": -1, "this": 0, "next": 1, "the": -2}[word.split()[0]]


def _date(words: Mapping[str, str], today: date) -> Days | None:
    return _one_day(words["month"], words["day"], words.get("year"), today)


def _one_day(month: str, number: str, year: str | None, today: date) -> Days | None:
    if year:
        found = exact(_year_number(year, today), _month_number(month), int(number))
    else:
        found = last_date(today, _month_number(month), int(number))
    return day(found) if found else None


def _dates(words: Mapping[str, str], today: date) -> Days | None:
    year = words.get("year")
    until = _one_day(words.get("month2", words["month"]), words["day2"], year, today)
    if not until or not until.since:
        return None
    month = _month_number(words["month"])
    since = exact(until.since.year, month, int(words["day"]))
    if since and since > until.since:
        since = exact(until.since.year - 1, month, int(words["day"])) if "month2" in words else None
    return hull(day(since), until) if since else None


def _iso(words: Mapping[str, str], today: date) -> Days | None:
    found = exact(int(words["year"]), int(words["number"]), int(words["day"]))
    return day(found) if found else None


def _slashed(words: Mapping[str, str], today: date) -> Days | None:
    one, two = int(words["one"]), int(words["two"])
    if max(one, two) <= len(_MONTHS) and one != two:
        return None
    number, month = (one, two) if one > 12 or one == two else (two, one)
    found = exact(int(words["year"]), month, number)
    return day(found) if found else None


def _month(words: Mapping[str, str], today: date) -> Days | None:
    number = _month_number(words["month"])
    if "year" in words:
        return months(_year_number(words["year"], today), number)
    return months(today.year if number <= today.month else today.year - 1, number)


def _last_month(words: Mapping[str, str], today: date) -> Days | None:
    number = _month_number(words["month"])
    return months(today.year if number < today.month else today.year - 1, number)


def _this_month(words: Mapping[str, str], today: date) -> Days | None:
    return months(today.year, _month_number(words["month"]))


def _year(words: Mapping[str, str], today: date) -> Days | None:
    return year_of(_year_number(words["year"], today))


def _quarter(words: Mapping[str, str], today: date) -> Days | None:
    number = int(words["digit"]) if "digit" in words else _ORDINALS[words["ordinal"]]
    if "year" in words:
        return quarter(_year_number(words["year"], today), number)
    this = quarter(today.year, number)
    return this if this.since and this.since <= today else quarter(today.year - 1, number)


def _half(words: Mapping[str, str], today: date) -> Days | None:
    number = int(words["digit"]) if "digit" in words else _ORDINALS[words["ordinal"]]
    return half(_year_number(words.get("year", "this"), today), number)


def _season(words: Mapping[str, str], today: date) -> Days | None:
    year = _year_number(words["year"], today) if "year" in words else today.year
    named = season(words["season"], year)
    begun = named.since is not None and named.since <= today
    return named if begun or "year" in words else season(words["season"], year - 1)


def _last_season(words: Mapping[str, str], today: date) -> Days | None:
    seasons = (season(words["season"], year) for year in range(today.year, today.year - 3, -1))
    return next((each for each in seasons if each.until and each.until <= today), None)


def _weekday(words: Mapping[str, str], today: date) -> Days | None:
    return day(last_weekday(today, _WEEKDAYS.index(words["weekday"])))


def _last_weekday(words: Mapping[str, str], today: date) -> Days | None:
    return day(last_weekday(shift(today, -1), _WEEKDAYS.index(words["weekday"])))


def _weekday_in_week(words: Mapping[str, str], today: date) -> Days | None:
    monday = week_of(shift(today, -7 if words["which"] == "last" else 0)).since
    return day(shift(monday, _WEEKDAYS.index(words["weekday"]))) if monday else None


def _week_of(words: Mapping[str, str], today: date) -> Days | None:
    found = _date(words, today)
    return week_of(found.since) if found and found.since else None


def _ago(words: Mapping[str, str], today: date) -> Days | None:
    count = _number(words["count"])
    if words["unit"] == "hour":
        return Days(shift(today, count // -24), shift(today, 1))
    if words["count"] in ("few", "several"):
        until = unit_ago(today, 1, words["unit"]).until
        return Days(
            rolling(today, 7 if words["unit"] == "day" else _number(words["count"]) + 2, words["unit"]).since, until
        )
    return unit_ago(today, count, words["unit"])


def _rolling(words: Mapping[str, str], today: date) -> Days | None:
    count, unit = _number(words.get("count", "one")), words["unit"]
    if unit == "hour":
        count, unit = -(count // -24), "day"
    if words.get("count") in ("few", "several"):
        count = 7 if unit == "day" else count + 1
    return rolling(today, count, unit)


def _unit(words: Mapping[str, str], today: date) -> Days | None:
    if words["unit"] == "weekend":
        return weekend_before(today if words["which"] == "this" else week_of(today).since or today)
    return unit_ago(today, 0 if words["which"] in ("this", "current") else 1, words["unit"])


def _unit_before_last(words: Mapping[str, str], today: date) -> Days | None:
    return unit_ago(today, 2, words["unit"])


def _this_weekend(words: Mapping[str, str], today: date) -> Days | None:
    saturday = shift(week_of(today).since or today, 5)
    return day(saturday, 2)


def _to_date(words: Mapping[str, str], today: date) -> Days | None:
    return Days(unit_ago(today, 0, words["unit"]).since, shift(today, 1))


def _edge_week(words: Mapping[str, str], today: date) -> Days | None:
    whole = _month(words, today)
    if not whole or not whole.since or not whole.until:
        return None
    return day(whole.since, 7) if words["which"] == "first" else day(shift(whole.until, -7), 7)


def _day_of_month(words: Mapping[str, str], today: date) -> Days | None:
    for back in range(13):
        then = shift_months(today.replace(day=1), -back)
        found = exact(then.year, then.month, int(words["day"]))
        if found and found <= today:
            return day(found)
    return None


def shift(at: date, days: int) -> date:
    """Move a date by days."""
    return date.fromordinal(at.toordinal() + days)


def _days_before(since: int, until: int) -> Read:
    return lambda words, today: Days(shift(today, since), shift(today, until))


def _ahead(words: Mapping[str, str], today: date) -> Days | None:
    return None


def _rule(name: str, pattern: str, read: Read) -> tuple[str, re.Pattern[str], Read]:
    return (
        name,
        re.compile(rf"(?<!\w)(?<!\d[.,])(?:(?<!-)|(?<=mid-)|(?<=early-)|(?<=late-)){pattern}", re.IGNORECASE),
        read,
    )


_RULES = (
    _rule("today", r"(?:today|tonight|this (?:morning|afternoon|evening))\b(?! show\b)", _days_before(0, 1)),
    _rule("day", r"yesterday(?: (?:morning|afternoon|evening))?\b", _days_before(-1, 0)),
    _rule("night", r"(?:yesterday|last) night\b", _days_before(-1, 1)),
    _rule("night", r"overnight\b", _days_before(-1, 1)),
    _rule("day", r"(?:the )?day before yesterday\b", _days_before(-2, -1)),
    _rule("days", r"the other day\b", _days_before(-7, 0)),
    _rule("ahead", r"(?:the day after tomorrow|tomorrow)\b", _ahead),
    _rule("ahead", rf"next (?:{_UNIT}|weekend|{_MONTH}|{_SEASON}|{_WEEKDAY})\b", _ahead),
    _rule("ahead", r"later (?:today|this (?:week|month|quarter|year))\b", _ahead),
    _rule("ahead", rf"(?:in the )?(?:next|coming) (?:{_COUNT} )?(?:days|weeks|months|years)\b", _ahead),
    _rule("date", r"(?P<year>(?:19|20)\d\d)-(?P<number>[01]\d)-(?P<day>[0-3]\d)\b", _iso),
    _rule("date", r"(?P<one>[0-3]?\d)[/.](?P<two>[0-3]?\d)[/.](?P<year>(?:19|20)\d\d)\b", _slashed),
    _rule("date", rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_ITS_YEAR}", _date),
    _rule("date", rf"{_MONTH}\s+{_DAY}\b(?![-–:.,]\d){_ITS_YEAR}", _date),
    _rule("dates", rf"{_DAY}{_TO}{_DAY2}(?:\s+of)?\s+{_MONTH}{_ITS_YEAR}", _dates),
    _rule("dates", rf"{_MONTH}\s+{_DAY}{_TO}{_DAY2}\b(?!\d|:\d|\s+(?:of\s+)?(?:{_MONTH2})){_ITS_YEAR}", _dates),
    _rule("dates", rf"{_DAY}\s+(?:of\s+)?{_MONTH}{_TO}{_DAY2}\s+(?:of\s+)?{_MONTH2}{_ITS_YEAR}", _dates),
    _rule("dates", rf"{_MONTH}\s+{_DAY}{_TO}{_MONTH2}\s+{_DAY2}\b{_ITS_YEAR}", _dates),
    _rule("week", rf"(?:the )?week (?:of|beginning|starting)\s+{_DAY}(?:\s+of)?\s+{_MONTH}{_ITS_YEAR}", _week_of),
    _rule("week", rf"(?:the )?week (?:of|beginning|starting)\s+{_MONTH}\s+{_DAY}\b{_ITS_YEAR}", _week_of),
    _rule("week", rf"the (?P<which>first|last|final) week (?:of|in)\s+{_MONTH}{_ITS_YEAR}", _edge_week),
    _rule("day of month", r"on the (?P<day>[0-3]?\d)(?:st|nd|rd|th)\b(?=\s*(?:[?.,;]|$))", _day_of_month),
    _rule("month", rf"{_MONTH},?\s+(?:of\s+|in\s+)?{_YEAR}", _month),
    _rule("bare month", rf"{_MONTH}(?!\s+(?:madness|for|on|hare|day)\b)(?!\s+\d)", _month),
    _rule("month", rf"last {_MONTH}", _last_month),
    _rule("month", rf"this {_MONTH}", _this_month),
    _rule("quarter", rf"Q(?P<digit>[1-4])\b(?:[\s,/-]*(?:of\s+)?{_YEAR})?", _quarter),
    _rule("quarter", rf"{_YEAR}[\s-]*Q(?P<digit>[1-4])\b", _quarter),
    _rule(
        "quarter",
        r"(?:the )?(?P<ordinal>first|1st|second|2nd|third|3rd|fourth|4th|final)[\s-]quarter\b(?!-?final)"
        rf"(?!\s+of\s+(?!(?:19|20)\d\d|last year|this year|the year))(?:(?:\s+of|,)?\s+{_YEAR}|\s+of the year)?",
        _quarter,
    ),
    _rule("half", rf"H(?P<digit>[12])\s+(?:of\s+)?{_YEAR}", _half),
    _rule("half", rf"(?:the )?(?P<ordinal>first|second) half of (?:{_YEAR}|the year)", _half),
    _rule("season", rf"{_SEASON},?\s+(?:of\s+|in\s+)?{_YEAR}", _season),
    _rule(
        "season",
        rf"(?:in|over|during|since|this) (?:the )?(?:past |early |late )?{_SEASON}(?!,? (?:(?:of|in|last|this)\b|\d))",
        _season,
    ),
    _rule("season", rf"last {_SEASON}", _last_season),
    _rule("bare year", rf"(?P<year>(?:19|20)\d\d)\b(?![-–/,.:]\d){_NOT_A_YEAR}", _year),
    _rule("weekday", rf"{_WEEKDAY}(?! (?:of |in )?(?:last|this) week)(?!\s+{_NAMED_DAY})(?!-\w)", _weekday),
    _rule("weekday", rf"last {_WEEKDAY}", _last_weekday),
    _rule("weekday", rf"this (?:past )?{_WEEKDAY}", _weekday),
    _rule("weekday", rf"{_WEEKDAY} (?:of |in )?(?P<which>last|this) week\b", _weekday_in_week),
    _rule("ago", rf"(?:a )?{_COUNT}(?: of)? {_UNIT}s? ago\b", _ago),
    _rule("rolling", rf"the (?:last|past|previous|preceding) (?:{_COUNT}(?: of)? )?{_UNIT}s?\b(?! of\b)", _rolling),
    _rule("rolling", rf"(?:last|past|previous) {_COUNT}(?: of)? {_UNIT}s\b", _rolling),
    _rule("rolling", rf"past {_UNIT}\b", _rolling),
    _rule("unit", r"(?P<which>last|this|previous|current) (?P<unit>week|month|quarter|year)\b(?! tonight\b)", _unit),
    _rule("unit", r"the (?P<which>previous|current) (?P<unit>week|month|quarter|year)\b", _unit),
    _rule("unit", r"the (?P<unit>week|month|quarter|year) before last\b", _unit_before_last),
    _rule("unit", r"(?P<which>last|past) (?P<unit>weekend)\b", _unit),
    _rule("weekend", r"the (?P<which>last|past) (?P<unit>weekend)\b", _unit),
    _rule("weekend", r"this weekend\b", _this_weekend),
    _rule(
        "weekend",
        r"(?:over |at |during |on |from |(?<=since )|(?<=before )|(?<=after ))the weekend\b(?! of\b)",
        lambda words, today: weekend_before(today),
    ),
    _rule(
        "unit",
        r"(?:(?<=start of )|(?<=beginning of )|(?<=middle of )|(?<=end of ))the (?P<unit>week|month|quarter|year)\b",
        lambda words, today: unit_ago(today, 0, words["unit"]),
    ),
    _rule("to date", r"(?:the )?(?P<unit>year|month|quarter)[\s-]to[\s-]date\b", _to_date),
    _rule("to date", r"earlier (?:in )?(?:this|the) (?P<unit>week|month|quarter|year)\b", _to_date),
    _rule("to date", r"so far this (?P<unit>week|month|quarter|year)\b", _to_date),
    _rule(
        "ambiguous",
        r"(?!(?P<a>0?\d|1[0-2])[/.](?P=a)[/.])(?:0?[1-9]|1[0-2])[/.](?:0?[1-9]|1[0-2])[/.](?:19|20)\d\d\b",
        _ahead,
    ),
)
