"""What a terminal shows of an answer."""

from __future__ import annotations

from ui.api import schemas
from ui.text import answer_text


def cited(number: int, publisher: str | None) -> schemas.CitationOut:
    return schemas.CitationOut.model_construct(
        number=number,
        article_id="a",
        publisher=publisher,
        published="2025-11-03T10:30:00Z",
        title="T",
        url=None,
        quote="Q",
    )


def test_where_sources_differ_each_value_is_told_with_its_outlet_and_day() -> None:
    values = (
        schemas.ValueOut(value="4,200 people", citation=1),
        schemas.ValueOut(value="6,800\x1b[31m people", citation=2),
    )
    answer = schemas.AnswerOut.model_construct(
        text="4,200 people. [1]",
        notes=(),
        abstained=False,
        sources=(),
        citations=(cited(1, "Courier"), cited(2, None)),
        disagreements=(schemas.DisagreementOut(about="residents", values=values),),
    )
    shown = answer_text(answer, width=200)
    assert "Sources differ on residents: 4,200 people (Courier, 3 November 2025) [1]; " in shown
    assert "people (unknown outlet, 3 November 2025) [2]." in shown
    assert "\x1b" not in shown
