"""What a reader wants searched and how it is to be answered, read from a form or a link that anybody could have sent.

Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.errors import UsageError
from ui.api.schemas import AskRequest, PastTurn
from ui.moments import parse_since

_MOST_OUTLETS = 200


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be searched and how it is answered; days are ISO 8601, empty where not set.

    Args:
        model: what answers, as the server names it; empty for its default.
        problem: what was wrong with the form, as a sentence; the wrong value is not kept.
    """

    since: str = ""
    until: str = ""
    as_of: str = ""
    publishers: tuple[str, ...] = ()
    model: str = ""
    problem: str = ""

    @property
    def restricts(self) -> bool:
        """Whether anything is set."""
        return bool(self.since or self.until or self.as_of or self.publishers or self.model)


def read_bounds(form: Mapping[str, object]) -> Bounds:
    """Read the form; a day that is not one, or a range that ends before it begins, is left out and told."""
    days = {name: str(form.get(name) or "").strip()[:40] for name in ("since", "until", "as_of")}
    wrong = [name for name, value in days.items() if value and not _is_day(value)]
    kept = {name: "" if name in wrong else value for name, value in days.items()}
    problem = f"{days[wrong[0]]} is not a day; write it as 2025-03-01." if wrong else ""
    if kept["since"] and kept["until"] and parse_since(kept["since"]) > parse_since(kept["until"]):
        kept, problem = {**kept, "until": ""}, "The last day is before the first, so it was left out."
    outlets = form.get("publishers")
    return Bounds(
        **kept,
        publishers=tuple(str(one)[:300] for one in outlets[:_MOST_OUTLETS] if one) if isinstance(outlets, list) else (),
        model=str(form.get("model") or "")[:300],
        problem=problem,
    )


def request_of(bounds: Bounds, question: str, *, infer: bool = True, history: Sequence[PastTurn] = ()) -> AskRequest:
    """Make the request that asks a question within the bounds."""
    return AskRequest(
        question=question,
        since=bounds.since or None,
        until=bounds.until or None,
        as_of=bounds.as_of or None,
        publishers=bounds.publishers,
        model=bounds.model or None,
        infer=infer,
        history=tuple(history),
    )


def _is_day(text: str) -> bool:
    try:
        parse_since(text)
    except UsageError:
        return False
    return True
