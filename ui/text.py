"""Answers, passages and articles as a terminal shows them: pure functions from values to plain text.

Article text is untrusted and goes through ``safe``. Invented sample news is labelled wherever it is shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from datetime import datetime

from ui.api import schemas
from ui.api.upkeep_schemas import DoctorOut
from ui.terminal import safe

FICTIONAL = "fictional sample"


def answer_text(answer: schemas.AnswerOut, fictional: Collection[str] = (), width: int = 88) -> str:
    """Lay out an answer: the text with its markers, what to know about it, then the quotes.

    Args:
        answer: the answer.
        fictional: ids of the cited articles that are invented.
        width: columns to fill.
    """
    parts = [_wrapped(answer.text, width)]
    parts += [_wrapped(_differing(one, answer.citations), width) for one in answer.disagreements]
    parts += [_wrapped(note, width, "Note: ") for note in answer.notes]
    if answer.citations:
        parts.append(
            "\n".join(_quote(citation, citation.article_id in fictional, width) for citation in answer.citations)
        )
    if answer.abstained and answer.sources:
        parts.append("The closest passages:\n" + "\n".join(_source(source, width) for source in answer.sources[:3]))
    return "\n\n".join(parts)


def search_text(found: schemas.SearchOut, width: int = 88) -> str:
    """Lay out passages, best first, each with why it is there."""
    if not found.passages:
        return f"Nothing found in {found.searched.articles} articles."
    return "\n\n".join(_hit(hit, width) for hit in found.passages)


def article_line(row: schemas.ArticleRow) -> str:
    """Lay out one article on one line."""
    return "  ".join([row.id, day(row.published), _origin(row.publisher, row.fictional), safe(row.title)])


def article_text(article: schemas.ArticleOut, width: int = 88) -> str:
    """Lay out one article whole; its text is not re-wrapped."""
    carried = [f"Also carried by {carrier.publisher}" for carrier in article.carriers[1:] if carrier.publisher]
    head = [article.title, f"{_origin(article.publisher, article.fictional)} · {day(article.published)}"]
    told = [article.url or "", *carried, article.correction or ""]
    return safe("\n".join(line for line in (*head, *told) if line) + "\n\n" + article.text)


def report_text(report: schemas.ReportOut) -> str:
    """Lay out what an ingestion did on one line."""
    counts = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
    rest = f"{report.duplicates} duplicates, {report.failed} failed"
    return f"{counts}{rest} ({report.passages} passages, {report.seconds:.1f} s)"


def doctor_text(found: DoctorOut) -> str:
    """Lay out the state of a library."""
    rows = (
        ("articles", f"{found.articles:,}"),
        ("passages", f"{found.passages:,}"),
        ("vectors", f"{found.vectors:,} ({found.missing_vectors} missing, {found.extra_vectors} too many)"),
        ("words", f"{found.words:,} ({found.missing_words} missing, {found.extra_words} too many)"),
        ("recall", "not measured" if found.recall is None else f"{found.recall:.1%} of the exact nearest"),
        ("lost", f"{len(found.lost)} of {found.sample} searched for by their own vector"),
    )
    advice = found.advice or ("All is well.",)
    return "\n".join([table(rows), *advice])


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns of text by their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def day(moment: str | None) -> str:
    """Write the day of a moment (``3 March 2025``); an unknown one is said to be unknown."""
    if not moment:
        return "date unknown"
    found = datetime.fromisoformat(moment)
    return f"{found.day} {found:%B} {found.year}"


def _differing(disagreement: schemas.DisagreementOut, citations: Sequence[schemas.CitationOut]) -> str:
    cited = {citation.number: citation for citation in citations}
    values = [
        f"{each.value} ({_origin(by.publisher, False)}, {day(by.published)}) [{each.citation}]"
        for each in disagreement.values
        if (by := cited.get(each.citation))
    ]
    about = f" on {disagreement.about}" if disagreement.about else ""
    return f"Sources differ{about}: {'; '.join(values)}."


def _quote(citation: schemas.CitationOut, fictional: bool, width: int) -> str:
    marker = f"[{citation.number}] "
    lines = [
        _wrapped(f"“{citation.quote}”", width, marker),
        f"    {_origin(citation.publisher, fictional)} · {day(citation.published)} · {safe(citation.title)}",
    ]
    if citation.url:
        lines.append(f"    {safe(citation.url)}")
    return "\n".join(lines)


def _source(source: schemas.SourceOut, width: int) -> str:
    text = textwrap.shorten(source.text, 2 * width, placeholder=" …")
    origin = f"    {_origin(source.publisher, False)} · {day(source.published)} · {safe(source.title)}"
    return f"{_wrapped(text, width, '  - ')}\n{origin}"


def _hit(hit: schemas.HitOut, width: int) -> str:
    why = ", ".join(f"{name} {value:.3g}" for name, value in hit.why.items())
    head = (
        f"{hit.rank}. {safe(hit.title)}\n   {_origin(hit.publisher, False)} · {day(hit.published)} · {hit.article_id}"
    )
    return f"{head}\n{_wrapped(hit.text, width, '   ')}\n   score {hit.score:.3g} ({why})"


def _origin(publisher: str | None, fictional: bool) -> str:
    name = safe(publisher or "unknown outlet")
    return f"{name} ({FICTIONAL})" if fictional else name


def _wrapped(text: str, width: int, first: str = "") -> str:
    indent = " " * len(first)
    paragraphs = safe(text).split("\n")
    lines = [
        textwrap.fill(paragraph, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        for paragraph in paragraphs
    ]
    whole = "\n".join(lines)
    return first + whole[len(indent) :] if first else whole
