"""What the pages say to type can be typed, what they link to is there, and every threat's test exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from qa.settings import make_settings
from ui.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
ROOT_COMMAND = typer.main.get_command(app)


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


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_of_a_page_can_be_typed(page: Path) -> None:
    for line in commands_in(page.read_text("utf-8")):
        refuse_unknown(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("line", ["onrecord asks", "onrecord serve --prot 1", "onrecord watch add"])
def test_a_command_that_is_not_there_would_be_found(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|[Nn]o such option|[Mm]issing"):
        refuse_unknown(shlex.split(line)[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
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


def test_compose_starts_what_there_is_with_settings_that_fit() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    given = yaml.safe_load(re.sub(r"\$\{ONRECORD_KEY:\?[^}]*\}", "secret", re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)))
    services = given["services"]
    refuse_unknown(services["onrecord"]["command"])
    volumes = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])}
    assert volumes == set(given["volumes"])
    assert {name for name, service in services.items() if not service.get("profiles")} == {"onrecord"}
    environ = services["onrecord"]["environment"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        settings = make_settings(environ)
    assert settings.server.api_keys == ("secret",)
    assert not settings.llm.base_url
