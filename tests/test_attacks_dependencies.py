"""No version with a known hole is pinned, or let in where the pins are not used.

`advisories.json` gives, by distribution, published advisories and the first version without each: what can be checked
where no advisory database can be asked. `make audit` asks one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
ADVISORIES: dict[str, list[tuple[str, str]]] = json.loads(Path(__file__).with_name("advisories.json").read_text())


def holes(versions: Mapping[str, str]) -> list[str]:
    """Give the advisories that a set of versions is open to."""
    return [
        f"{name} {versions[name]}: {advisory}, mended in {mended}"
        for name, known in ADVISORIES.items()
        for advisory, mended in known
        if name in versions and Version(versions[name]) < Version(mended)
    ]


def pinned() -> dict[str, str]:
    """Give what `constraints.txt` pins."""
    lines = (line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    return {canonicalize_name(name): version for name, version in lines}


def floors() -> dict[str, str]:
    """Give the lowest version of each direct dependency that `pyproject.toml` lets in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = [Requirement(line) for line in (*project["dependencies"], *extras)]
    lowest = {
        each.name: [one.version for one in each.specifier if one.operator in {">=", "==", "~="}] for each in wanted
    }
    return {canonicalize_name(name): found[0] for name, found in lowest.items() if found}


def test_no_pinned_version_has_a_known_hole() -> None:
    assert len(pinned()) > 100
    assert holes(pinned()) == []


def test_no_version_with_a_known_hole_is_let_in() -> None:
    assert len(floors()) > 20
    assert holes(floors()) == []


def test_an_old_version_would_be_found() -> None:
    assert holes({"h11": "0.14.0", "nothing": "1"}) == ["h11 0.14.0: CVE-2025-43859, mended in 0.16.0"]


def test_every_advisory_has_the_form_of_one() -> None:
    assert list(ADVISORIES) == sorted(ADVISORIES)
    for name, known in ADVISORIES.items():
        assert name == canonicalize_name(name)
        for advisory, mended in known:
            assert re.fullmatch(r"CVE-20\d\d-\d{4,6}", advisory)
            assert Version(mended)
