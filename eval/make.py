"""Draft questions about a user's own articles, each with its gold answer and the sentence that gives it.

A sentence is picked that states something checkable (a number, a date, a name), a model writes the question that it
answers, and a person accepts, edits or drops the draft. Without a model, or where the model's question gives the answer
away, the draft is the sentence with a gap. Accepted questions go to ``questions.jsonl`` with their articles beside
them, in the form that the benchmark ``jsonl`` reads.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from eval.measures import contains
from qa.answer.wire import article_json
from qa.errors import ModelFailedError
from qa.text import sentence_spans
from qa.types import Article

Write: TypeAlias = Callable[[str, str], str]
"""Gives a question that a sentence answers: ``(sentence, answer) -> question``.

Raises ModelFailedError when it cannot."""

_NUMBER = re.compile(
    r"[$€£]?\d[\d,.]*\d?(?:\s(?:million|billion|trillion|per ?cent|percent|hundred|thousand)|%)?"
    r"(?:\s(?:dollars|euros|pounds|crowns|people|years|kilometres|kilometers|miles|metres|tonnes|jobs))?"
)
_NAME = re.compile(
    r"\b(?!(?:The|A|An|In|On|At|But|And|For|It|This|That|As|After|Before|When|While) )"
    r"[A-Z][\w’'-]+(?: (?:of |de |van |von |al-)?[A-Z][\w’'-]+)+"
)
_SHORTEST, _LONGEST = 40, 300
PROMPT = (
    "Write one short question about the news that this sentence answers. The answer must be exactly: {answer}. "
    "Do not use the answer in the question. Write only the question.\n\nSentence: {sentence}"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that awaits a person's word.

    Args:
        quote: the sentence that gives the answer, verbatim from the article.
    """

    question: str
    gold: str
    quote: str
    article: Article


def draft_questions(articles: Sequence[Article], write: Write | None, count: int, seed: int = 0) -> Iterator[Draft]:
    """Draft questions, at most one an article, in an order that the seed decides.

    Args:
        write: writes the question; ``None`` leaves a gap in the sentence instead.
        count: the most drafts to give.
    """
    rng = random.Random(seed)  # noqa: S311  a fair draw, not a secret
    chosen = rng.sample(list(articles), len(articles))
    drafted = (draft for article in chosen if (draft := _draft(article, write, rng)) is not None)
    for draft, _ in zip(drafted, range(count), strict=False):
        yield draft


def answer_in(sentence: str) -> str | None:
    """Give the checkable part of a sentence, the longest number or name in it; ``None`` where there is none."""
    found = [match.group().strip(" .,") for pattern in (_NUMBER, _NAME) for match in pattern.finditer(sentence)]
    return max((text for text in found if len(text) > 1), key=len, default=None)


def gapped(sentence: str, answer: str) -> str:
    """Ask for the answer by leaving it out of the sentence."""
    return f"What is missing: “{sentence.replace(answer, '____', 1)}”?"


def save_drafts(drafts: Sequence[Draft], folder: Path) -> Path:
    """Append accepted questions, and the articles they are about, to a folder that the benchmark ``jsonl`` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    questions, articles = folder / "questions.jsonl", folder / "articles.jsonl"
    known = set(_ids(articles))
    at = max((int(name) for name in _ids(questions) if name.isdecimal()), default=0)
    fresh = {draft.article.id: draft.article for draft in drafts if draft.article.id not in known}
    _append(articles, [article_json(article) for article in fresh.values()])
    _append(questions, [_question_json(at + n, draft) for n, draft in enumerate(drafts, 1)])
    return questions


def _draft(article: Article, write: Write | None, rng: random.Random) -> Draft | None:
    found = [(sentence, answer) for sentence in _sentences(article) if (answer := answer_in(sentence))]
    if not found:
        return None
    sentence, answer = rng.choice(found)
    return Draft(_asked(sentence, answer, write), answer, sentence, article)


def _sentences(article: Article) -> Iterator[str]:
    for start, end in sentence_spans(article.text, article.language):
        if _SHORTEST <= end - start <= _LONGEST:
            yield article.text[start:end]


def _asked(sentence: str, answer: str, write: Write | None) -> str:
    try:
        said = write(sentence, answer).strip().split("\n")[0] if write else ""
    except ModelFailedError:
        said = ""
    return said if said.endswith("?") and not contains(said, [answer]) else gapped(sentence, answer)


def _question_json(number: int, draft: Draft) -> dict[str, object]:
    return {
        "id": str(number),
        "question": draft.question,
        "gold": [draft.gold],
        "gold_quote": [draft.quote],
        "gold_articles": [draft.article.url] if draft.article.url else [],
    }


def _ids(path: Path) -> list[str]:
    lines = path.read_text("utf-8").split("\n") if path.is_file() else []
    return [str(json.loads(line).get("id")) for line in lines if line.strip()]


def _append(path: Path, values: Sequence[dict[str, object]]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
