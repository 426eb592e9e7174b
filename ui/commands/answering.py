"""``onrecord ask`` and ``onrecord search``."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ui.commands.options import AsOf, Json, Model, Publisher, Since, Until, with_model
from ui.terminal import out, print_json

if TYPE_CHECKING:
    from ui.api import schemas
    from ui.desk import Desk

    T = TypeVar("T", bound=schemas.Body)

_WIDEST = 100


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog='Example: onrecord ask "Who won the election?" --since 2025-01-01 --publisher "The Herald"')(ask)
    app.command(epilog='Example: onrecord search "bridge reopening" --until 2025-03-31')(search)


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    as_of: AsOf = None,
    model: Model = None,
    quotes_only: Annotated[bool, typer.Option("--quotes-only", help="Answer in quotes, without a model.")] = False,
    json: Json = False,
) -> None:
    """Answer a question from the stored articles, every claim with a quote."""
    from qa.settings import make_settings
    from ui.api import schemas
    from ui.desk import open_desk

    quotes_only = quotes_only or model == "quotes-only"
    request = read_request(
        schemas.AskRequest,
        question=question,
        since=since,
        until=until,
        publishers=tuple(publisher or ()),
        as_of=as_of,
        model=model,
        quotes_only=quotes_only,
    )
    settings = with_model(make_settings(), None if quotes_only else model)
    with open_desk(settings, with_model=not quotes_only) as desk:
        answer = desk.ask(request)
        print_json(answer) if json else _print_answer(desk, answer)


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    as_of: AsOf = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Passages wanted.")] = 10,
    json: Json = False,
) -> None:
    """Show the passages that a question finds, with scores and why each is there."""
    from qa.settings import make_settings
    from ui.api import schemas
    from ui.desk import open_desk
    from ui.text import search_text

    request = read_request(
        schemas.SearchRequest,
        q=query,
        since=since,
        until=until,
        publishers=tuple(publisher or ()),
        as_of=as_of,
        k=k,
    )
    with open_desk(make_settings()) as desk:
        found = desk.search(request)
        print_json(found) if json else out(search_text(found, _width()))


def read_request(shape: type[T], **values: object) -> T:
    """Build a request from options.

    Raises:
        UsageError: a value does not fit, a date for one.
    """
    from pydantic import ValidationError

    from qa.errors import UsageError

    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _print_answer(desk: Desk, answer: schemas.AnswerOut) -> None:
    from ui.text import answer_text

    cited = {citation.article_id for citation in answer.citations}
    fictional = {article_id for article_id in cited if desk.article(article_id).fictional}
    out(answer_text(answer, fictional, _width()))


def _width() -> int:
    return min(_WIDEST, shutil.get_terminal_size().columns)
