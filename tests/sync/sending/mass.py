"""Many histories of sending, and the proof that they were not vacuous: what has to have happened in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from ekachit.domain.sync.delivery import OPEN, EntryState
from ekachit.sync.checkpoints import Checkpoint
from tests.sync.sending.history import play
from tests.sync.sending.ruling import RULES
from tests.sync.simulation import mass as of_passes
from tests.sync.simulation.mass import ON_SQLITE

# These are 400 histories; PostgreSQL, which is slower at them, gets a slice of 40.
CHUNKS, CHUNK = (20, 20) if ON_SQLITE else (2, 20)
FIRST_SEED = 2_000_000
OF_SENDING = (
    Checkpoint.BEFORE_REQUEST,
    Checkpoint.AFTER_REQUEST,
    Checkpoint.BEFORE_POST,
    Checkpoint.AFTER_POST,
    Checkpoint.IN_APPLY,
)
# Every one of these has to have happened at each of the three requests of a delivery, or at its write.
FAULTS = ("lost_response", "reset", "closed", "rate_limited", "server_error", "unauthorized", "revoke_token")
OF_WRITES = ("conflict", "read_only", "automation", "colleague:edit", "colleague:reassign")


def play_all(seeds: Iterable[int], only: Collection[str] = ()) -> Counter[str]:
    """Play histories (with `only`, of these rules alone) and return how often each thing happened in them."""
    return of_passes.play_all(seeds, only, play=play)


def missing(counts: Counter[str]) -> list[str]:
    """Return what never happened: a run that lacks any of it proves less than it says."""
    ended = {name.partition(" ")[0] for name in counts}
    struck = {name.partition(" × ")[0] for name in counts}
    wanted = [
        *(f"crash × {point.value}" for point in OF_SENDING),
        *(f"disturbed × {point.value}" for point in OF_SENDING),
        *(f"{kind} × write" for kind in OF_WRITES),
        "went over somebody's change",
        *RULES,
    ]
    states = {each.value for each in EntryState if each not in OPEN}
    return [each for each in wanted if not counts[each]] + sorted(states - ended) + sorted({*FAULTS} - struck)


def assert_not_vacuous(counts: Counter[str]) -> None:
    """Fail where something never happened in them all."""
    of_passes.assert_whole(counts["histories"], CHUNK * CHUNKS, missing(counts))


def seeds(chunk: int) -> range:
    """The seeds of a chunk."""
    first = FIRST_SEED + chunk * CHUNK
    return range(first, first + CHUNK)
