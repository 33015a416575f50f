from __future__ import annotations

import pytest

from tests.structure.locks import canonical, pins, requirements

LOCKS = {
    "requirements.lock": ("project", "build"),
    "requirements-dev.lock": ("project", "build", "dev"),
    "requirements-postgres.lock": ("postgres",),
}
MEND = "run `make lock`"

locks = pytest.mark.parametrize("lock", LOCKS)


@locks
def test_everything_asked_for_is_pinned_to_a_version_that_will_do(lock: str) -> None:
    pinned: dict[str, list[str]] = {}
    for pin in pins(lock):
        pinned.setdefault(pin.name, []).append(pin.version)
    wrong = [
        str(wanted)
        for wanted in requirements(*LOCKS[lock])
        if not (versions := pinned.get(canonical(wanted.name)))
        or not all(wanted.specifier.contains(version) for version in versions)
    ]
    assert wrong == [], MEND


@locks
def test_every_pin_has_its_hashes(lock: str) -> None:
    assert [pin.name for pin in pins(lock) if not pin.hashes] == [], MEND


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-postgres.lock"])
def test_developers_have_the_same_versions(lock: str) -> None:
    theirs = {(pin.name, pin.version) for pin in pins("requirements-dev.lock")}
    names = {name for name, _ in theirs}
    assert [pin for pin in pins(lock) if pin.name in names and (pin.name, pin.version) not in theirs] == [], (
        MEND
    )
