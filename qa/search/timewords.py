"""Read a question's time words, wish for recency and outlet names, counted from its as-of moment.

``understand`` is pure: the same words and moment always mean the same window. What it returns is the plain reading of
the words, in whole UTC days, so that a person can be shown it and correct it; how strictly a search takes it is the
retriever's business. English only; it knows no index and no clock, and no dates of events ("since the election").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from qa.search.dates import Days, Part, hull, meet, part_of
from qa.search.outlets import named_outlets
from qa.search.periods import Period, ahead, find_periods
from qa.types import Understood

_LONG_AGO = 5
"""Years after which a year in a question tells when something happened, and hardly when it was reported."""

_PART = re.compile(
    r"\b(?P<early>(?:the )?(?:early|earlier|start of|beginning of|first days of|opening days of))"
    r"(?:\s+(?:in|on|the))?[\s-]+$"
    r"|\b(?P<mid>(?:the )?(?:mid|middle of))(?:\s+the)?[\s-]+$"
    r"|\b(?P<late>(?:the )?(?:late|later|(?:very )?end of|last days of|final days of|close of))"
    r"(?:\s+(?:in|on|the))?[\s-]+$",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"\b(?P<since>(?:ever )?since|starting (?:in|on|from))(?:\s+(?:the|on|in))?\s+$"
    r"|\b(?P<after>after|later than)(?:\s+(?:the|on|in))?\s+$"
    r"|\b(?P<before>before|prior to|earlier than)(?:\s+(?:the|on|in))?\s+$"
    r"|\b(?P<until>until|till|up to|up until|as of)(?:\s+(?:the|on|in))?\s+$"
    r"|\b(?P<by>by|every|each|any)(?:\s+(?:the|on))?\s+$"
    r"|\b(?P<within>in|during|throughout|through|over|from|between|on|at|for|of|to)(?:\s+(?:the|all of))?\s+$",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*(?:,|\bto\b|\band\b|\bor\b|\bthrough\b|\buntil\b|\btill\b|[-–—])\s*(?:in\s+|on\s+|the\s+)?", re.IGNORECASE
)
_NESTED = re.compile(r"\s*(?:,|\bof\b|\bin\b|\bon\b)?\s*", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+on(?:wards?)?\b(?!\s+\w)|\s+onwards?\b", re.IGNORECASE)
_BARE = ("bare month", "bare year")
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]|‘[^‘’]*’")
_PROPER = re.compile(
    r"\b(?:(?:black|good|bloody|super|cyber|giving|ash|palm|easter|shrove|boxing|red|wild|sheffield|holy|fat) "
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|usa today|last week tonight|friday the 13th|mail on sunday"
    r"|super bowl sunday|arab spring|theresa may|may day|women['’]s march)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(r"\b[Ss]ince\s+(?:the|his|her|its|their|then|that|this|last|[A-Z][\w'’]+)\b(?:\s+[\w'’-]+){0,4}")
_RECENCY: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"(?<![\w-]){words}(?![\w-])", re.IGNORECASE), days)
    for words, days in (
        (r"(?:breaking|right now|at this moment|as we speak|up[- ]to[- ]the[- ]minute)", 2.0),
        (r"(?:the )?(?:latest|newest|most recent|freshest)", 7.0),
        (r"(?:at the moment|for now|as of now|up to now|until now|just now)", 7.0),
        (r"(?<!apocalypse )(?<!until )(?<!as of )now", 14.0),
        (r"(?:currently|at present|presently)", 14.0),
        (r"current(?! accounts?\b)(?! affairs\b)", 14.0),
        (r"(?:recently|recent|lately|of late)", 21.0),
        (r"(?:so far|to date|thus far|already|not yet|still(?! li(?:fe|ves)\b)|ongoing|any longer|anymore)", 30.0),
        (r"(?:these days|nowadays)", 60.0),
    )
)


def understand(text: str, as_of: datetime, publishers: Sequence[str] = ()) -> Understood:
    """Read what a question's words say about time and source.

    Args:
        text: the question.
        as_of: the moment that "yesterday" counts from, aware; its UTC date is "today".
        publishers: the outlets of the index; those that the question names are returned.

    Returns:
        ``since`` inclusive and ``until`` exclusive, both UTC midnights; ``recency`` as a half-life in days;
        ``from_words`` the words that were read, in order, ``None`` when none were; ``notes`` what could not be used.
    """
    visible = _hidden(text)
    periods, notes = _periods(visible, as_of.astimezone(UTC).date())
    days = _together([period.days for period in periods if period.days])
    recency, wishes = _recency(visible)
    outlets = named_outlets(_QUOTED.sub(_blank, text), publishers)
    spans = sorted([(each.start, each.end) for each in periods] + wishes + [span for _, span in outlets])
    return Understood(
        since=_midnight(days.since if days else None),
        until=_midnight(days.until if days else None),
        publishers=tuple(name for name, _ in outlets),
        recency=recency,
        from_words=", ".join(text[start:end].strip() for start, end in _outermost(spans)) or None,
        notes=tuple(notes),
    )


def _hidden(text: str) -> str:
    """Blank out titles in quotes and proper names that hold a time word, keeping every offset."""
    return _PROPER.sub(_blank, _QUOTED.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match.group())


def _periods(text: str, today: date) -> tuple[list[Period], list[str]]:
    """Give the periods that bound the window, and notes on those that do not."""
    joined = _joined(text, _valid(text, find_periods(text, today)))
    related = [_not_ahead(_related(text, period), text, today) for period in joined]
    notes = [period.note for period in related if period.note]
    bounding = [period for period in related if period.days]
    long_ago = [period for period in bounding if _is_long_ago(period, today)]
    notes += [
        f"“{text[each.start : each.end]}” was taken for when it happened, not for when it was reported."
        for each in long_ago
    ]
    if not bounding:
        notes += [f"It is not known when “{event}” was; give dates to narrow the search." for event in _events(text)]
    return [period for period in bounding if period not in long_ago], notes


def _valid(text: str, periods: Sequence[Period]) -> list[Period]:
    """Drop what only looks like a period: months and years without a word before them that makes them one."""
    kept: list[Period] = []
    for period in periods:
        before = text[: period.start]
        joins = bool(kept) and _JOINT.fullmatch(text[kept[-1].end : period.start]) is not None
        if period.rule not in _BARE or joins or _has_cue(text, period, before):
            kept.append(period)
    return [each for each in kept if not _is_plural_or_deadline(text, each)]


def _has_cue(text: str, period: Period, before: str) -> bool:
    """Tell whether the words before a bare month or year make it a time."""
    relation = _RELATION.search(before)
    cue = " ".join(relation.group().lower().split()) if relation else ""
    if text[period.start : period.end] == "may":
        return cue in ("in", "since", "until", "till")
    # "In the 2024 election" names an event, "in the 2024" nothing else than a year.
    if period.rule == "bare year" and re.search(r"\bthe\s+$", before) and re.match(r"[\s-]+\w", text[period.end :]):
        return False
    if _PART.search(before):
        return True
    if not cue or cue.split()[0] in ("to", "on", "at", "through", "over") or cue == "of the":
        return False
    return period.rule == "bare year" or cue.split()[-1] not in ("the", "of")


def _is_plural_or_deadline(text: str, period: Period) -> bool:
    if period.rule == "weekday" and text[period.end : period.end + 1].lower() == "s":
        return True
    relation = _RELATION.search(text[: period.start])
    return relation is not None and relation.lastgroup == "by"


def _joined(text: str, periods: Sequence[Period]) -> list[Period]:
    """Join ranges ("March to May"), lists ("April and May") and nested periods ("Monday this week")."""
    done: list[Period] = []
    for period in periods:
        last = done[-1] if done else None
        between = text[last.end : period.start] if last else ""
        if not last or not last.days or not period.days:
            done.append(period)
        elif _NESTED.fullmatch(between) or (_JOINT.fullmatch(between) and _one_holds_the_other(last, period)):
            done[-1] = replace(last, end=period.end, days=meet(last.days, period.days) or period.days)
        elif _JOINT.fullmatch(between):
            done[-1] = replace(last, end=period.end, rule="range", days=_range(last, period))
        else:
            done.append(period)
    return done


def _one_holds_the_other(one: Period, other: Period) -> bool:
    return bool(one.days and other.days and meet(one.days, other.days) in (one.days, other.days))


def _range(one: Period, other: Period) -> Days | None:
    first, second = one.days, other.days
    if first and second and first.since and second.since and first.since > second.since and one.rule == "bare month":
        # "from March to May 2024": the year stands with the second month only.
        back = first.since.year - second.since.year + (first.since.month > second.since.month)
        first = Days(
            first.since.replace(year=first.since.year - back),
            first.until.replace(year=first.until.year - back) if first.until else None,
        )
    return hull(first, second) if first and second else None


def _related(text: str, period: Period) -> Period:
    """Apply what stands before a period: a part of it ("early"), a relation to it ("since", "before")."""
    if not period.days:
        return period
    part = _PART.search(text[: period.start])
    if part and part.lastgroup:
        period = replace(period, start=part.start(), days=part_of(period.days, _part(part.lastgroup)))
    relation = _RELATION.search(text[: period.start])
    onwards = _ONWARDS.match(text[period.end :])
    kind = "since" if onwards and relation and "from" in relation.group().lower() else relation and relation.lastgroup
    days, start = period.days, relation.start() if relation and kind not in (None, "within") else period.start
    if relation and relation.group().lower().startswith(("between", "from", "in ", "during", "over")):
        start = relation.start()
    bounded = {
        "since": Days(days.since if days else None, None),
        "after": Days(days.until if days else None, None),
        "before": Days(None, days.since if days else None),
        "until": Days(None, days.until if days else None),
    }.get(kind or "", days)
    return replace(period, start=start, days=bounded)


def _not_ahead(period: Period, text: str, today: date) -> Period:
    return ahead(period, text) if period.days and period.days.since and period.days.since > today else period


def _part(name: str) -> Part:
    return "early" if name == "early" else "mid" if name == "mid" else "late"


def _is_long_ago(period: Period, today: date) -> bool:
    until = period.days.until if period.days else None
    return until is not None and until.year <= today.year - _LONG_AGO


def _together(spans: Sequence[Days]) -> Days | None:
    """Make one window of several: what they share, or, where they share nothing, all of it."""
    window: Days | None = None
    for span in spans:
        window = span if window is None else meet(window, span) or hull(window, span)
    return window


def _events(text: str) -> list[str]:
    return [match.group(0) for match in _EVENT.finditer(text)]


def _recency(text: str) -> tuple[float | None, list[tuple[int, int]]]:
    found = [(days, match.span()) for pattern, days in _RECENCY for match in pattern.finditer(text)]
    return min((days for days, _ in found), default=None), [span for _, span in found]


def _outermost(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _midnight(at: date | None) -> datetime | None:
    return datetime.combine(at, time(), tzinfo=UTC) if at else None
