"""What the pages say to type can be typed, what they link to is there, and every threat's test exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml

from qa.settings import Settings, make_settings
from ui.cli import app

ROOT = Path(__file__).resolve().parents[1]
FURTHER = ("eval/README.md", "eval/tune/README.md", "qa/models/adapters/README.md", "compose.yaml")
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md")), *(ROOT / name for name in FURTHER)]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
ROOT_COMMAND = typer.main.get_command(app)
COMPLETION = {"--install-completion", "--show-completion"}
"""Typer's own options, which it adds when the program runs."""
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands_in(text: str) -> list[str]:
    """Give every whole `onrecord ...` line of the code blocks of a page."""
    found = re.findall(r"^(?: {4}|\t)?(?:\$ )?((?:ONRECORD_\w+=\S+ )*onrecord .+)$", text, re.MULTILINE)
    return [re.sub(r"^(?:ONRECORD_\w+=\S+ )+", "", line) for line in found]


def refuse_unknown(arguments: list[str]) -> None:
    """Parse a command line as the program does, and run nothing."""
    command, rest = ROOT_COMMAND, list(arguments)
    while commands := getattr(command, "commands", None):
        name = rest.pop(0)
        assert name in commands, f"there is no command {name}"
        command = commands[name]
    command.make_context("onrecord", rest)


def named_in(text: str) -> list[str]:
    """Give every command that is named within a line: its arguments may be left out."""
    return re.findall(r"`onrecord ([^`]+)`", text)


def refuse_unnamed(arguments: list[str]) -> None:
    """Refuse a command or an option that is not there, of a command that is only named."""
    command, rest = ROOT_COMMAND, list(arguments)
    while rest and (commands := getattr(command, "commands", None)) and not rest[0].startswith("-"):
        name = rest.pop(0)
        assert name in commands, f"there is no command {name}"
        command = commands[name]
    known = {option for each in command.params for option in each.opts} | {"--help", *COMPLETION}
    unknown = [word for word in rest if word.startswith("-") and word.split("=")[0] not in known]
    assert not unknown, f"no such option: {unknown}"


def targets_in(text: str) -> list[str]:
    """Give every target of ``make`` that a page says to run."""
    return re.findall(r"(?:^ {4}(?:\$ )?|`)make ([a-z][\w-]*)", text, re.MULTILINE)


def containers_in(text: str) -> tuple[list[str], list[str]]:
    """Give the services and the profiles that a page's `docker compose` lines name."""
    lines = re.findall(r"docker compose (.+)", text)
    services = [found for line in lines for found in re.findall(r"(?:run|exec)(?: --?\w\S*)* ([a-z][\w-]*)", line)]
    return services, re.findall(r"--profile (\w+)", text)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_of_a_page_can_be_typed(page: Path) -> None:
    for line in commands_in(page.read_text("utf-8")):
        refuse_unknown(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    for line in named_in(text):
        refuse_unnamed(shlex.split(line))
    assert set(targets_in(text)) <= TARGETS
    services, profiles = containers_in(text)
    known = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert set(services) <= set(known)
    assert set(profiles) <= {name for service in known.values() for name in service.get("profiles", [])}


def test_what_a_page_names_is_found_in_it() -> None:
    text = "    make demo  # see\nSee `make soak`; to make sure, `onrecord eval run --nmae x`.\n"
    assert targets_in(text) == ["demo", "soak"]
    assert named_in(text) == ["eval run --nmae x"]
    lines = "    docker compose run --rm onrecord models pull\n    docker compose --profile ollama up\n"
    assert containers_in(lines) == (["onrecord"], ["ollama"])


@pytest.mark.parametrize("line", ["eval runs", "eval run --nmae x", "--versoin", "reindex --deep"])
def test_a_named_command_that_is_not_there_would_be_found(line: str) -> None:
    with pytest.raises(AssertionError, match=r"no command|no such option"):
        refuse_unnamed(shlex.split(line))


@pytest.mark.parametrize("line", ["onrecord asks", "onrecord serve --prot 1", "onrecord watch add"])
def test_a_command_that_is_not_there_would_be_found(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|[Nn]o such option|[Mm]issing"):
        refuse_unknown(shlex.split(line)[1:])


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_threat_has_its_test() -> None:
    named = re.findall(r"`(test_\w+\.py)::(\w+)`", (ROOT / "docs" / "threats.md").read_text("utf-8"))
    assert len(named) > 40
    for file, name in named:
        assert f"def {name}(" in (ROOT / "tests" / file).read_text("utf-8"), (file, name)


def test_the_container_file_starts_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [tuple(line.split(maxsplit=1)) for line in lines if line.strip() and not line.startswith("#")]
    known = "FROM ARG ENV RUN WORKDIR COPY USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD".split()
    assert {step for step, _ in steps} <= set(known)
    last = dict(steps)
    assert last["USER"] == "onrecord"
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["onrecord"]
    refuse_unknown(yaml.safe_load(last["CMD"]))
    compile(yaml.safe_load(last["HEALTHCHECK"].partition("CMD ")[2])[2], "healthcheck", "exec")
    copied = [part for step, rest in steps if step == "COPY" and "--from" not in rest for part in rest.split()[:-1]]
    assert all((ROOT / part).exists() for part in copied)
    admitted = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert all(f"!{part}" in admitted for part in copied)


def composed(**given: str) -> dict[str, Any]:
    """Read `compose.yaml` as Docker does with these variables set."""
    text = re.sub(r"\$\{ONRECORD_KEY:\?[^}]*\}", "secret", (ROOT / "compose.yaml").read_text("utf-8"))
    filled = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: given.get(found[1]) or found[2], text)
    made: dict[str, Any] = yaml.safe_load(filled)
    return made


def settings_of(service: dict[str, Any]) -> Settings:
    """Give the settings that a service's environment makes."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in service["environment"].items():
            patch.setenv(name, value)
        return make_settings(service["environment"])


def test_compose_starts_what_there_is_with_settings_that_fit() -> None:
    made = composed()
    services = made["services"]
    refuse_unknown(services["onrecord"]["command"])
    mounts = [mount.split(":") for service in services.values() for mount in service.get("volumes", [])]
    assert {name for name, _ in mounts} == set(made["volumes"])
    assert {name for name, service in services.items() if not service.get("profiles")} == {"onrecord"}
    settings = settings_of(services["onrecord"])
    assert settings.server.api_keys == ("secret",)
    assert not settings.llm.base_url


def test_a_backup_is_not_written_to_memory_in_a_container() -> None:
    service = composed()["services"]["onrecord"]
    folder = service["environment"]["TMPDIR"]
    assert folder in [mount.split(":")[1] for mount in service["volumes"]]
    assert folder not in service["tmpfs"]
    assert f" {folder}\n" in (ROOT / "Dockerfile").read_text("utf-8"), "the user of the image may not write there"


@pytest.mark.parametrize("profile", ["ollama", "vllm"])
def test_a_profile_serves_the_model_that_is_asked_for(profile: str) -> None:
    head = (ROOT / "compose.yaml").read_text("utf-8")
    told = re.search(rf"^# +export (.+)\n# +docker compose --profile {profile} up$", head, re.MULTILINE)
    assert told
    variables = dict(word.split("=", 1) for word in told[1].split())
    services = composed(**variables)["services"]
    llm = settings_of(services["onrecord"]).llm
    assert urlsplit(llm.base_url or "").hostname == profile
    beside = [service for service in services.values() if profile in service.get("profiles", [])]
    assert llm.model in [word for service in beside for word in service.get("command", [])]
    assert services[profile] in beside
