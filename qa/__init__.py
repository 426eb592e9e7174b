"""Ask a library of news from Python; each name is loaded when it is first used.

    from qa import make_settings, open_library

    with open_library(make_settings()) as library:
        answer = library.ask("How many turbines are planned at Hesk Point?")
        print(answer.text, [citation.quote for citation in answer.citations])

``library.engine`` is a llama-index query engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.answer.engine import NewsQueryEngine
    from qa.compose import OnRecord, open_library
    from qa.errors import OnRecordError
    from qa.settings import Settings, make_settings
    from qa.types import Answer, Question, SearchFilter

__all__ = [
    "Answer",
    "NewsQueryEngine",
    "OnRecord",
    "OnRecordError",
    "Question",
    "SearchFilter",
    "Settings",
    "make_settings",
    "open_library",
]

_HOME = {
    "Answer": "qa.types",
    "NewsQueryEngine": "qa.answer.engine",
    "OnRecord": "qa.compose",
    "OnRecordError": "qa.errors",
    "Question": "qa.types",
    "SearchFilter": "qa.types",
    "Settings": "qa.settings",
    "make_settings": "qa.settings",
    "open_library": "qa.compose",
}


def __getattr__(name: str) -> object:
    """Load what is asked for; nothing heavy before that."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
