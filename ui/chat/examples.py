"""Questions to begin with, made from what is in the index.

What is in the news; and of the sample news questions of its own question set, of any other one a headline. Pure but for
reading the sample's questions, which are data of this package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from qa.types import Article

_KINDS = ("single_fact", "time_bound", "latest", "disagreement", "two_articles")
_LONGEST = 110
_NEWS = "What's in the news?"


def example_questions(articles: Sequence[Article], limit: int = 4) -> tuple[str, ...]:
    """Give questions that these articles can answer.

    Args:
        articles: some of the index's articles, the newest first.
        limit: how many at most.
    """
    if not articles:
        return ()
    if all(article.fictional for article in articles):
        return (_NEWS, *sample_questions())[:limit]
    titles = dict.fromkeys(article.title.strip().rstrip(".?!") for article in articles if article.title.strip())
    known = (f"What is known about “{title}”?" for title in titles if len(title) < _LONGEST)
    return (_NEWS, *known)[:limit]


@lru_cache
def sample_questions() -> tuple[str, ...]:
    """Give one question of each kind of the sample's set; none where the set is not installed."""
    file = files("eval") / "sample" / "questions.jsonl"
    if not file.is_file():
        return ()
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    firsts = {row["kind"]: str(row["question"]) for row in reversed(rows) if not row.get("history")}
    return tuple(firsts[kind] for kind in _KINDS if kind in firsts)
