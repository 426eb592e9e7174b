"""All settings, in one frozen object that entry points build once and pass down.

Sources, the strongest first: arguments, ``ONRECORD_*`` environment variables (``__`` between levels), ``onrecord.toml``
in the working directory, defaults. A misspelt variable or key is an error and not silently ignored. Nothing below the
entry points reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from qa.errors import SettingsError

PREFIX = "ONRECORD_"
TOML = "onrecord.toml"


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LlmSettings(Section):
    """The model that writes answers."""

    model: str = Field(
        "smollm2-135m-onrecord", description="Name on the shelf, or at the endpoint when base_url is set."
    )
    base_url: str | None = Field(None, description="An OpenAI-compatible endpoint (`http://localhost:11434/v1`).")
    api_key: str | None = Field(None, description="Sent as a bearer token to base_url.", repr=False)
    context: int = Field(4096, ge=512, description="Tokens of context for the embedded model.")
    threads: int = Field(0, ge=0, description="Threads of the embedded model; 0 leaves the choice to it.")
    parallel: int = Field(1, ge=1, le=32, description="Answers the embedded model writes side by side.")
    max_tokens: int = Field(160, ge=8, description="Longest answer in tokens.")
    temperature: float = Field(0.0, ge=0, le=2, description="0 repeats itself exactly.")
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for the endpoint's next token.")
    small: bool | None = Field(
        None, description="Whether the model needs the prompts for small models; the shelf knows its own."
    )
    grammar: bool = Field(False, description="Whether base_url is a llama.cpp server that takes its `grammar`.")
    lora: Path | None = Field(None, description="A LoRA adapter (GGUF) for the embedded model.")


class EmbedderSettings(Section):
    """The model that turns text into vectors."""

    name: str = Field("all-MiniLM-L6-v2", description="The bundled embedder, a local folder, or a hub name.")
    device: str = Field("cpu", description="Where it runs: `cpu`, `cuda`, `mps`.")
    precision: Literal["auto", "fp32", "bf16"] = Field("auto", description="`auto` takes bf16 where the CPU has it.")
    batch: int = Field(32, ge=1, description="Passages a batch.")


class RerankerSettings(Section):
    """An optional cross-encoder that re-orders passages."""

    name: str | None = Field(None, description="A local folder or hub name of a cross-encoder; none by default.")
    device: str = Field("cpu", description="Where it runs.")


class VerifierSettings(Section):
    """An optional entailment model (NLI) that judges claims besides the verifier's own checks."""

    nli: str | None = Field(
        None, description="A local folder or hub name of a cross-encoder for entailment; none by default."
    )
    device: str = Field("cpu", description="Where it runs.")


class RetrievalSettings(Section):
    """How passages are found."""

    depth: int = Field(200, ge=10, description="Passages taken from each index before fusing.")
    rerank: int = Field(60, ge=1, description="Fused passages that are scored again.")
    top: int = Field(20, ge=1, description="Passages returned.")
    per_article: int = Field(3, ge=1, description="Most passages of one article among those returned.")


class AnswerSettings(Section):
    """How answers are made."""

    sentences: int = Field(12, ge=1, description="Evidence sentences shown to the model.")
    unsupported: Literal["remove", "strike"] = Field(
        "remove", description="Unsupported claims are removed, or shown struck out."
    )
    max_question: int = Field(2000, ge=10, description="Longest question in characters.")
    history: int = Field(6, ge=0, description="Earlier turns kept in mind.")


class IngestSettings(Section):
    """How articles are fetched and cut."""

    window: int = Field(220, ge=32, description="Most word pieces of a passage and its title, by the embedder's count.")
    overlap: int = Field(1, ge=0, description="Sentences a passage repeats of the one before it in a split paragraph.")
    near_duplicate: float = Field(
        0.85, gt=0, le=1, description="Jaccard similarity from which two texts are one story."
    )
    batch: int = Field(64, ge=1, description="Articles stored in one transaction.")
    user_agent: str = Field("OnRecord/0.1 (+https://github.com/onrecord/onrecord)", description="Sent when fetching.")
    allow_private: bool = Field(False, description="Whether private and loopback addresses may be fetched.")
    max_bytes: int = Field(20_000_000, ge=1000, description="Largest page or feed fetched.")
    timeout: float = Field(20.0, gt=0, description="Seconds to wait for a host.")
    host_pause: float = Field(1.0, ge=0, description="Seconds between two requests to one host.")


class ServerSettings(Section):
    """How the server is reached."""

    host: str = Field("127.0.0.1", description="Address to bind.")
    port: int = Field(7860, ge=0, le=65535, description="Port to bind; 0 takes a free one.")
    api_keys: tuple[str, ...] = Field(
        (), description="Keys that may call the API; `name:read:KEY` limits to reading.", repr=False
    )
    users: tuple[str, ...] = Field((), description="`name:hash` pairs that may sign in to the chat.", repr=False)
    cors: tuple[str, ...] = Field((), description="Origins that browsers may call from.")
    concurrency: int = Field(2, ge=1, description="Answers generated at once.")
    queue: int = Field(16, ge=0, description="Questions that may wait for a place.")
    rate: int = Field(0, ge=0, description="Requests a minute for each key; 0 sets no limit.")
    max_body: int = Field(20_000_000, ge=1000, description="Largest request in bytes.")
    log_questions: bool = Field(False, description="Whether logs may hold the text of questions.")


class Settings(BaseSettings):
    """Everything that can be set; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", toml_file=TOML, frozen=True, extra="forbid"
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("onrecord", appauthor=False),
        description="The folder that a library of articles is kept under.",
    )
    models: Path = Field(
        default_factory=lambda: user_cache_path("onrecord", appauthor=False) / "models",
        description="The folder that pulled models are kept under, shared by all homes.",
    )
    llm: LlmSettings = LlmSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    reranker: RerankerSettings = RerankerSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    verifier: VerifierSettings = VerifierSettings()
    ingest: IngestSettings = IngestSettings()
    server: ServerSettings = ServerSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``onrecord.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def make_settings(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Build the settings of one process.

    Args:
        environ: the environment to check for misspelt names.
        overrides: values that win over every other source.

    Raises:
        SettingsError: a variable or key is misspelt or its value does not fit.
    """
    _refuse_misspelt(environ)
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"The setting {name} is wrong: {first['msg'][0].lower()}{first['msg'][1:]}.") from error
    except ValueError as error:
        raise SettingsError(f"The settings cannot be read: {error}.") from error


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for variable in environ:
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX).split("__")[0] not in known:
            raise SettingsError(
                f"There is no setting {variable}; the first part must be one of {', '.join(sorted(known))}."
            )
