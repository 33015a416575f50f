"""Changes as data: applying one to a world, and the state file that keeps them over a restart.

A change is an object like `{"do": "edit", "issue": "PAY-3", "status": "Done"}`: `do` names a method of
`World`, the rest are its arguments. The control door takes the same objects that the state file holds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, get_type_hints

import msgspec

from ekachit.sandbox.site import system_clock
from ekachit.sandbox.world import World

CHANGES: Final = frozenset(
    {
        "add_subtask",
        "add_token",
        "archive",
        "automate",
        "create",
        "delete",
        "edit",
        "hide",
        "hide_project",
        "move",
        "reassign",
        "reinstate",
        "remove_status",
        "remove_transitions",
        "rename_project",
        "rename_status",
        "renumber_transitions",
        "require_field",
        "reset",
        "revoke",
        "run_due",
        "set_by_rule",
        "set_jira_access",
        "set_status_category",
        "set_strict_ids",
        "set_time_zone",
        "stop_automation",
        "transition",
    }
)


class BadChangeError(ValueError):
    """Not a change that a world can make; the text says why."""


class StateFileError(Exception):
    """The state file belongs to another world, or is not one."""


def apply(world: World, change: Mapping[str, object]) -> object:
    """Make a change and return what the method returns.

    Raises `BadChangeError` for one that makes no sense, and what the method raises.
    """
    given = {name: value for name, value in change.items() if name not in {"do", "at"}}
    name = change.get("do")
    if name not in CHANGES:
        raise BadChangeError(f"'do' must be one of {', '.join(sorted(CHANGES))}")
    method: Callable[..., object] = getattr(world, str(name))
    hints = get_type_hints(inspect.unwrap(method))
    try:
        values = {key: msgspec.convert(value, hints.get(key, Any)) for key, value in given.items()}
        inspect.signature(method).bind(**values)
    except (msgspec.ValidationError, TypeError) as wrong:
        raise BadChangeError(str(wrong)) from wrong
    return method(**values)


def keep(path: Path, origin: dict[str, object], build: Callable[[int], World]) -> World:
    """The world of a state file: built as at its first start, with every change since, and kept from now on.

    `origin` says what the world is made from (a seed, a file); `build` makes it for the
    moment its dates count back from, in milliseconds. A last line that a crash cut short is dropped.
    Raises `StateFileError`.
    """
    if path.exists() and path.stat().st_size:
        world = _replayed(path, origin, build)
    else:
        start = system_clock()
        world = build(start)
        path.write_bytes(msgspec.json.encode({**origin, "start": start}) + b"\n")

    def note(change: dict[str, object]) -> None:
        with path.open("ab") as out:
            out.write(msgspec.json.encode(change) + b"\n")

    world.journal = note
    return world


def _replayed(path: Path, origin: dict[str, object], build: Callable[[int], World]) -> World:
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        header, *changes = [msgspec.json.decode(line, type=dict[str, Any]) for line in whole.splitlines()]
        start = int(header.pop("start"))
    except (ValueError, KeyError, msgspec.DecodeError) as wrong:
        raise StateFileError(f"{path} is not a state file of the sandbox") from wrong
    if header != origin:
        raise StateFileError(f"{path} keeps another world, made from {header}")
    if whole != raw:
        path.write_bytes(whole)
    world = build(start)
    clock = world.clock
    for change in changes:
        moment = int(change["at"])
        world.clock = lambda moment=moment: moment  # type: ignore[misc]  # a lambda with a default has no type to name
        apply(world, change)
    world.clock = clock
    return world
