"""OpenAI's chat completions with Perplexity's search fields, as pydantic models.

Fields that OpenAI knows and OnRecord has no use for (``temperature``, ``tools``, ...) are accepted and have no effect.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ui.api.schemas import AnswerOut, CitationOut, Wire

_US_DAY = "%m/%d/%Y"
_LONGEST = 100_000

UsDay = Annotated[str, Field(max_length=10, examples=["3/1/2025"])]


class Lenient(BaseModel):
    """Base of what clients send: unknown fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TextPart(Lenient):
    """A part of a message; only its text is read."""

    type: str = Field(max_length=100)
    text: str = Field("", max_length=_LONGEST)


class Message(Lenient):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: (
        Annotated[str, Field(max_length=_LONGEST)] | Annotated[tuple[TextPart, ...], Field(max_length=100)] | None
    ) = None

    @property
    def text(self) -> str:
        """The text of the message, its parts joined."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content if part.type == "text")


class StreamOptions(Lenient):
    """What a stream carries beside the text."""

    include_usage: bool | None = False


class ResponseFormat(Lenient):
    """The form of the answer; only ``text`` is possible."""

    type: str = Field(max_length=100)


class ChatRequest(Lenient):
    """A conversation whose last user message is the question."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "smollm2-135m-onrecord",
                    "messages": [{"role": "user", "content": "Who won the election in Marrowick?"}],
                    "search_after_date_filter": "1/1/2025",
                }
            ]
        }
    )

    model: str | None = Field(None, max_length=300, description="A model of the shelf, or `quotes-only`.")
    messages: tuple[Message, ...] = Field(min_length=1, max_length=500)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, ge=1, le=1, description="One answer is given.")
    response_format: ResponseFormat | None = None
    search_after_date_filter: UsDay | None = Field(None, description="Only articles of this day or later (%m/%d/%Y).")
    search_before_date_filter: UsDay | None = Field(
        None, description="Only articles of this day or earlier (%m/%d/%Y)."
    )
    search_recency_filter: Literal["hour", "day", "week", "month", "year"] | None = None
    search_domain_filter: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] | None = Field(
        None, max_length=200, description="Only these host names; a leading `-` excludes."
    )

    @field_validator("search_after_date_filter", "search_before_date_filter")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        if value is not None:
            read_us_day(value)
        return value

    @field_validator("response_format")
    @classmethod
    def _is_text(cls, value: ResponseFormat | None) -> ResponseFormat | None:
        if value is not None and value.type != "text":
            raise ValueError("only the response format text is possible; POST /v1/ask gives an object")
        return value


def read_us_day(text: str) -> datetime:
    """Read a day as Perplexity's filters write it (month/day/year); naive midnight.

    Raises:
        ValueError: it is not one.
    """
    try:
        return datetime.strptime(text, _US_DAY)  # noqa: DTZ007 - a day, made a moment by the caller
    except ValueError:
        raise ValueError(f"{text!r} is not a day; write month/day/year, 3/1/2025") from None


class UrlCitation(Wire):
    """Where a marker leads: `content[start_index:end_index]` is the marker."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Wire):
    """A citation of the answer."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(Wire):
    """The answer as a message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None
    annotations: tuple[Annotation, ...] = ()


class Choice(Wire):
    """The one answer."""

    index: int = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(Wire):
    """Word pieces of the conversation and of the answer, as the embedder counts them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class SearchResult(Wire):
    """An article behind the answer; the first ones are those cited, in the order of their numbers."""

    title: str
    url: str
    date: str | None
    last_updated: str | None = None
    snippet: str
    source: str | None


class Completion(Wire):
    """An answer in OpenAI's shape, with Perplexity's fields and the whole answer object as `onrecord`."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Usage
    citations: tuple[str, ...] = Field(description="The cited addresses; the first belongs to [1].")
    search_results: tuple[SearchResult, ...]
    onrecord: AnswerOut = Field(description="The answer object of POST /v1/ask: quotes, offsets, support.")


class Delta(Wire):
    """What a chunk adds to the message."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: tuple[Annotation, ...] | None = None


class ChunkChoice(Wire):
    """The one answer, continued."""

    index: int = 0
    delta: Delta
    finish_reason: Literal["stop"] | None = None
    logprobs: None = None


class ChunkExtension(Wire):
    """What the stream carries of OnRecord's own: new quotes before their markers, the whole answer at the end."""

    citations: tuple[CitationOut, ...] | None = None
    answer: AnswerOut | None = None


class Chunk(Wire):
    """A piece of a streamed answer; the last ones carry everything that the whole answer carries."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: Usage | None = None
    citations: tuple[str, ...] | None = None
    search_results: tuple[SearchResult, ...] | None = None
    onrecord: ChunkExtension | None = None


class Model(Wire):
    """A model that may be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class Models(Wire):
    """The models, the default first."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]
