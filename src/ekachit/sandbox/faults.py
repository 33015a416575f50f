"""Faults: what is armed, which requests it strikes, and how often each kind has struck.

A fault strikes the requests that fit its `endpoint` (a name, as `search`, `myself`, `issue`, `transitions`,
`transition`, `projects`), `method`, `path` (with * and ?), `issue` (id or key in the path) and `email`. Of
those it strikes from the `at`-th on, `times` of them (None: for good), each with the `probability`. Chance comes
from the world's seed: the same seed and the same requests give the same `trace`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

from ekachit.sandbox import truth
from ekachit.sandbox.auth import Stop, credentials
from ekachit.sandbox.behaviour import Behaviour, Turn
from ekachit.sandbox.calls import Asked
from ekachit.sandbox.fault_kinds import KINDS
from ekachit.sandbox.journal import BadChangeError
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.world import World

KEPT_TRACE: Final = 20_000
SHOWN_TRACE: Final = 100
Jira = Callable[[Asked], Reply]


class Where(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which requests a fault strikes."""

    endpoint: str | list[str] | None = None
    method: str | None = None
    path: str | None = None
    issue: str | int | None = None
    email: str | None = None
    at: int = 1
    times: int | None = 1
    probability: float = 1.0

    def __post_init__(self) -> None:
        if self.at < 1 or (self.times is not None and self.times < 1) or not 0 <= self.probability <= 1:
            raise ValueError("'at' and 'times' count from 1, 'probability' is from 0 to 1")


@dataclass(slots=True)
class Armed:
    """A fault that is armed. `seen` counts the requests that fit, `fired` those it struck."""

    id: int
    kind: str
    where: Where
    behaviour: Behaviour
    seen: int = 0
    fired: int = 0
    endpoints: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = self.where.endpoint
        self.endpoints = frozenset([named] if isinstance(named, str) else named or ())

    def fits(self, turn: Turn) -> bool:
        """Whether a request is one of those that the fault can strike."""
        where, asked = self.where, turn.asked
        return (
            (not self.endpoints or turn.endpoint in self.endpoints)
            and where.method in {None, asked.method}
            and (where.path is None or fnmatchcase(asked.path, where.path))
            and (where.issue is None or _is_of(turn, where.issue))
            and (where.email is None or _email(asked) == where.email)
        )

    @property
    def spent(self) -> bool:
        """Whether it will never strike again."""
        return self.where.times is not None and self.fired >= self.where.times


class Faults:
    """The faults of one door to a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.armed: dict[int, Armed] = {}
        self.fired: Counter[str] = Counter()
        """How often each kind has struck; a colleague's change counts as `colleague:edit` too."""
        self.trace: list[tuple[int, str, str]] = []
        """What struck: (the request's number, its endpoint, the kind)."""
        self.dice = random.Random(world.seed)  # noqa: S311 - chance in a test, not secrets
        self._next = 1

    def reseed(self, seed: int) -> None:
        """Let chance begin anew from a seed."""
        self.dice.seed(seed)

    def arm(self, kind: str, **given: Any) -> Armed:
        """Arm a fault of a kind; `given` says where it strikes, and what its kind asks for.

        Raises `BadChangeError` for what makes no sense, `AbsentError` for names the world does not hold.
        """
        if kind not in KINDS:
            raise BadChangeError(f"'kind' must be one of {', '.join(sorted(KINDS))}")
        behaviour_type = KINDS[kind]
        fields = {name for name in behaviour_type.__struct_fields__ if not name.startswith("_")}
        own = {name: value for name, value in given.items() if name in fields}
        rest = {name: value for name, value in given.items() if name not in own}
        try:
            where = msgspec.convert({**behaviour_type.where, **rest}, Where)
            behaviour = msgspec.convert(own, behaviour_type)
        except msgspec.ValidationError as wrong:
            raise BadChangeError(str(wrong)) from wrong
        with self.world.lock:
            behaviour.on_arm(self.world)
            fault = Armed(self._next, kind, where, behaviour)
            self._next += 1
            self.armed[fault.id] = fault
        return fault

    def disarm(self, fault: int | None = None, *, kind: str | None = None) -> int:
        """Disarm one fault by its number, all of a kind, or all. How many there were."""
        with self.world.lock:
            gone = [
                each for each in self.armed.values() if fault in {None, each.id} and kind in {None, each.kind}
            ]
            for each in gone:
                del self.armed[each.id]
                each.behaviour.on_disarm(self.world)
        return len(gone)

    def count(self, kind: str, asked: Asked) -> None:
        """Note that a kind has struck a request."""
        self.fired[kind] += 1
        self.trace.append((asked.number, asked.endpoint.name if asked.endpoint else "", kind))
        if len(self.trace) > KEPT_TRACE:
            del self.trace[: KEPT_TRACE // 2]

    def answered(self, asked: Asked, jira: Jira) -> Reply:
        """Jira's answer to a request, with what the armed faults make of it."""
        if not self.armed:
            return jira(asked)
        turn = Turn(self.world, asked, asked.endpoint.name if asked.endpoint else "", self.dice)
        striking = self._striking(turn)
        for behaviour in striking:
            behaviour.before(turn)
        reply = next(
            (found for behaviour in striking if (found := behaviour.instead(turn)) is not None), None
        )
        if reply is None:
            reply = jira(asked)
        elif turn.endpoint == "transition":
            truth.note(self.world, asked, truth.before(self.world, asked), None, None)
        for behaviour in striking:
            reply = behaviour.after(turn, reply)
        return reply

    def _striking(self, turn: Turn) -> list[Behaviour]:
        """The faults that strike a request, counted."""
        found = []
        for fault in list(self.armed.values()):
            if fault.spent or not fault.fits(turn) or not fault.behaviour.strikes(turn):
                continue
            fault.seen += 1
            if fault.seen < fault.where.at or not self._by_chance(fault.where.probability):
                continue
            fault.fired += 1
            found.append(fault.behaviour)
            for name in fault.behaviour.counted_as(fault.kind):
                self.count(name, turn.asked)
        return found

    def _by_chance(self, probability: float) -> bool:
        return probability >= 1 or self.dice.random() < probability

    def summary(self) -> dict[str, object]:
        """What is armed, how often each kind has struck, the kinds that never did, the last strikes."""
        return {
            "armed": [
                {
                    "fault": each.id,
                    "kind": each.kind,
                    **_said(each.where),
                    **_said(each.behaviour),
                    "seen": each.seen,
                    "fired": each.fired,
                }
                for each in self.armed.values()
            ],
            "fired": dict(sorted(self.fired.items())),
            "never": sorted(KINDS.keys() - self.fired.keys()),
            "trace": [
                {"request": number, "endpoint": endpoint, "kind": kind}
                for number, endpoint, kind in self.trace[-SHOWN_TRACE:]
            ],
        }


def _said(parts: msgspec.Struct) -> dict[str, object]:
    """What was said when a fault was armed, without the parts left as they are."""
    return {
        name: value
        for name in parts.__struct_fields__
        if (value := getattr(parts, name)) is not None and not name.startswith("_")
    }


def _is_of(turn: Turn, ref: str | int) -> bool:
    try:
        wanted = turn.world.issue(ref).id
    except AbsentError:
        return str(ref) == turn.asked.ref
    issue = turn.issue()
    return issue is not None and issue.id == wanted


def _email(asked: Asked) -> str | None:
    try:
        return credentials(asked.headers.get("authorization", ""))[0]
    except Stop:
        return None
