"""What a mutant is: a mistake that somebody could make in the engine, and the properties that have to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

Patch = tuple[Any, str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake. `make` gets what was there and returns what is put in its place; `seen_by` are property ids."""

    name: str
    seen_by: frozenset[str]
    patches: tuple[Patch, ...]
    core: bool = False
    rules: tuple[str, ...] = ()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with ExitStack() as patched:
            for where, name, make in self.patches:
                patched.enter_context(mock.patch.object(where, name, make(getattr(where, name))))
            yield


def core(name: str, seen_by: str, where: Any, attribute: str, make: Callable[[Any], Any]) -> Mutant:
    return Mutant(name, frozenset(seen_by.split()), ((where, attribute, make),), core=True)


def whole(name: str, seen_by: str, *patches: Patch, rules: str) -> Mutant:
    return Mutant(name, frozenset(seen_by.split()), patches, rules=tuple(rules.split()))


def instead(function: object) -> Callable[[Any], Any]:
    """Put this in its place, without looking at what was there."""
    return lambda _original: function


def changed(alter: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What was there, with its result changed."""
    return lambda original: lambda *args, **kwargs: alter(original(*args, **kwargs))
