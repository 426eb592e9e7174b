"""News that OnRecord learns from: invented articles and questions on them, in sets that are asked one by one.

Whatever is found or fitted on them says nothing of how well it carries over; that is what the sample and the reporting
parts of the benchmarks are for. Each set is a country of its own, so that "the central bank" of one is not that of
another. A folder holds ``articles.jsonl`` as the sample's does, and ``questions.jsonl``; any one gold answer is right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from eval.datasets.base import Dataset, EvalQuestion, Line, article_key, json_lines
from eval.datasets.sample import load_articles, read_history, read_moment
from qa.errors import UnreadableError, UsageError
from qa.types import Article

NAME = "practice"
SETS = tuple(str(number) for number in range(1, 46))
HELD_OUT = frozenset({"6", "10", "21", "37", "38", "39", "40"})
"""Sets on which nothing is found or fitted: what a change brings to news is measured on 6 and 38, to quizzes on the
others."""
TAUGHT = frozenset(SETS) - HELD_OUT - {"4", "5", "9", "19", "20", "29", "35", "41", "42", "43", "44", "45"}
"""Sets that the small model has learnt to read from: what it tells of them says nothing of how far it is to be
believed."""
OPEN = ("6", "10", "38", "39", "42", "43", "44", "45")
"""Sets that have yes-or-no questions and open requests besides, asked as ``42-open``; held out as the sets are."""
_OPEN = "-open"
FOLDER = Path(__file__).resolve().parent.parent / "practice"


def load(variant: str | None = None) -> Dataset:
    """Read one set, by default the first; of ``42-open`` the questions of yes or no and the open requests of 42.

    Raises:
        UsageError: there is no such set.
        UnreadableError: a line is broken or names an article that is not there.
    """
    asked = variant or SETS[0]
    name, file = (asked.removesuffix(_OPEN), "open") if asked.endswith(_OPEN) else (asked, "questions")
    if name not in (OPEN if file == "open" else SETS):
        known = (*SETS, *(f"{each}{_OPEN}" for each in OPEN))
        raise UsageError(f"There is no set {asked} of practice; take one of {', '.join(known)}.")
    articles = {
        key: replace(article, source=f"practice:{key}") for key, article in load_articles(FOLDER / name).items()
    }
    lines = json_lines((FOLDER / name / f"{file}.jsonl").read_text("utf-8"), f"practice/{name}/{file}.jsonl")
    return Dataset(f"{NAME}-{asked}", tuple(articles.values()), tuple(_question(line, articles) for line in lines))


def load_together(variants: Collection[str]) -> Dataset:
    """Read several sets as one, so that a question finds the news of all of them, as it does in a large library.

    Raises: as ``load``.
    """
    sets = [load(name) for name in sorted(variants, key=SETS.index)]
    articles = tuple(article for each in sets for article in each.articles)
    return Dataset(f"{NAME}-together", articles, tuple(question for each in sets for question in each.questions))


def _question(line: Line, articles: Mapping[str, Article]) -> EvalQuestion:
    as_of, gold, named = read_moment(line, "as_of"), line.texts("gold"), line.texts("gold_articles")
    if as_of is None or not set(named) <= articles.keys():
        raise UnreadableError(line.source, "it has no as_of, or names an article that is not there")
    keys = tuple(article_key(articles[name]) for name in named)
    return EvalQuestion(
        id=line.text("id"),
        text=line.text("question"),
        gold=gold,
        as_of=as_of,
        part="development",
        kind=line.text("kind"),
        history=read_history(line),
        articles=keys,
        answerable=bool(gold),
        gold_articles=keys,
    )
