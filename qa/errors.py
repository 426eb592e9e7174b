"""Every error that OnRecord raises on purpose, each one plain sentence with what to do next.

    OnRecordError
    ├── UsageError                  the request itself is wrong (HTTP 400)
    │   ├── QuestionError           empty or too long a question
    │   └── SettingsError           a setting that is misspelt or out of range
    ├── NotFoundError               an article, model, file or run that is not there (HTTP 404)
    ├── SourceError                 one thing to ingest that cannot be read
    │   ├── UnreadableError         no reader knows it, or it is broken
    │   ├── NoArticleError          it was read, but holds no article (consent page, empty file)
    │   └── FetchError              it could not be fetched, or must not be
    ├── HomeError                   the folder that a library is kept under
    │   ├── HomeLockedError         another process owns it
    │   ├── HomeUnwritableError     read-only, or the disk is full
    │   ├── EmbedderMismatchError   the index was made with another embedder
    │   ├── SchemaError             made by a newer OnRecord
    │   └── CorruptIndexError       an index that cannot be opened; `onrecord reindex` rebuilds it
    ├── ModelError                  what reads and writes
    │   ├── ModelMissingError       not pulled yet
    │   ├── ModelPullError          could not be pulled or verified
    │   └── ModelFailedError        the endpoint failed in the middle of an answer
    │       └── ModelSilentError    it answered, but with nothing
    └── ServerError                 the owner of a home did not answer as it should

Third-party exceptions are translated into these in the adapter that imports the third party, and nowhere else. This
module knows nothing of any library.
"""

from __future__ import annotations


class OnRecordError(Exception):
    """Root of the tree; ``str(error)`` is one sentence for a person: what is wrong and what to do."""


class UsageError(OnRecordError):
    """The request itself is wrong."""


class QuestionError(UsageError):
    """The question is empty or too long."""


class SettingsError(UsageError):
    """A setting is misspelt or out of range."""


class NotFoundError(OnRecordError):
    """Something named by the caller does not exist."""


class SourceError(OnRecordError):
    """One source cannot be ingested; the others go on.

    Args:
        source: the path, URL or line that was to be read.
        reason: why not, as a plain clause.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class UnreadableError(SourceError):
    """No reader knows this format, or the content is broken."""


class NoArticleError(SourceError):
    """The source was read but holds no article."""


class FetchError(SourceError):
    """The address could not be fetched, or must not be."""


class HomeError(OnRecordError):
    """Something is wrong with the folder that a library is kept under."""


class HomeLockedError(HomeError):
    """Another process owns the home.

    Args:
        home: the folder.
        owner: what is known of the owner (``"pid 12, http://127.0.0.1:7860"``).
    """

    def __init__(self, home: str, owner: str) -> None:
        super().__init__(f"Another process is using {home} ({owner}); stop it or wait until it has finished.")
        self.home = home
        self.owner = owner


class HomeUnwritableError(HomeError):
    """The home cannot be written: read-only, or the disk is full."""


class EmbedderMismatchError(HomeError):
    """The index was made with another embedder."""

    def __init__(self, stored: str, wanted: str) -> None:
        super().__init__(
            f"This library was indexed with the embedder {stored}, not {wanted}; "
            "run `onrecord reindex --embed` or set ONRECORD_EMBEDDER__NAME back."
        )
        self.stored = stored
        self.wanted = wanted


class SchemaError(HomeError):
    """The home was made by a newer version of OnRecord."""


class CorruptIndexError(HomeError):
    """A derived index cannot be opened."""


class ModelError(OnRecordError):
    """Something is wrong with a model."""


class ModelMissingError(ModelError):
    """A model is known but not on this machine, or not known at all."""


class ModelPullError(ModelError):
    """A model could not be pulled or did not verify."""


class ModelFailedError(ModelError):
    """A model's endpoint failed while it was answering."""


class ModelSilentError(ModelFailedError):
    """A model ended its answer before it wrote a word."""


class ServerError(OnRecordError):
    """The server that owns a home did not answer as it should."""
