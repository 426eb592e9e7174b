"""What the API says about the state of the library itself."""

from __future__ import annotations

from pydantic import Field

from ui.api.schemas import Wire


class DoctorOut(Wire):
    """What was found when catalog, vectors and words were compared."""

    healthy: bool
    articles: int
    passages: int
    vectors: int
    words: int
    missing_vectors: int
    extra_vectors: int
    missing_words: int
    extra_words: int
    without_embedding: int
    sample: int = Field(description="Passages that were searched for by their own vector.")
    recall: float | None = Field(description="Share of the exact nearest that the approximate index gives.")
    lost: tuple[str, ...] = Field(description="Sampled passages that their own vector does not find.")
    catalog: str | None = Field(description="What is wrong with the catalog itself.")
    advice: tuple[str, ...] = Field(description="What to run.")


class DoneOut(Wire):
    """That something was done."""

    done: str
