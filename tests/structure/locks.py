"""What `pyproject.toml` asks for, and what the lock files pin."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement

from tests.structure.source import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned package: its version, and how many hashes allow it."""

    name: str
    version: str
    hashes: int


def canonical(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(*groups: str) -> list[Requirement]:
    """What is asked for by the product (`project`) or by dependency groups, included ones too."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[Requirement] = []
    for group in groups:
        listed: list[Any] = (
            document["project"]["dependencies"]
            if group == "project"
            else document["dependency-groups"][group]
        )
        for entry in listed:
            found += requirements(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return found


def pins(lock: str) -> list[Pin]:
    """What a lock file pins, in its order; a package may be there once for each kind of machine."""
    found = []
    for block in re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8")):
        pin = PIN.match(block)
        assert pin, f"{lock}: not a pin: {block[:60]}"
        found.append(Pin(pin[1], pin[2], block.count("--hash=sha256:")))
    return found
