"""Places in a list that a person orders by hand: whole numbers with gaps, so that a move touches one row."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 1 << 16
# Where neighbours have to make room, they make some for the moves to come too.
ROOM = 16


def places_for(positions: Sequence[int], index: int) -> dict[int, int]:
    """Return what has to be stored so that a new member stands at `index` of a list.

    Members with equal positions stand in an order of their own (tasks never moved: by priority). So only what is
    above the new member ever makes room: what is below goes on in that order, and so does what joins it later.

    Args:
        positions: of the list without the new member, in the order shown; never falling, equal ones allowed.
        index: where the new member goes, 0 to the length of the list.

    Returns:
        The new position by place in the *resulting* list: of the new member, and of those above it that had to make
        room. Stored, all members stand in the order shown; those not named keep their positions.
    """
    high = positions[index] if index < len(positions) else None
    first = index  # the members from here up to the new one are placed anew, with it
    while first > 0 and not _fits(positions[first - 1], high, index - first + 1):
        first = max(0, first - (index - first + 1))
    low = positions[first - 1] if first > 0 else None
    return dict(enumerate(_spread(low, high, index - first + 1), start=first))


def _fits(low: int, high: int | None, count: int) -> bool:
    return high is None or high - low > (1 if count == 1 else count * ROOM)


def _spread(low: int | None, high: int | None, count: int) -> list[int]:
    """Return `count` rising numbers strictly between two, evenly spread; with an end open, a whole gap apart."""
    if low is not None and high is not None:
        return [low + (high - low) * place // (count + 1) for place in range(1, count + 1)]
    if high is not None:
        return [high - GAP * place for place in range(count, 0, -1)]
    start = 0 if low is None else low
    return [start + GAP * place for place in range(1, count + 1)]
