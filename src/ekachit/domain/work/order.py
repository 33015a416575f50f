"""Places in a list that a person orders by hand: whole numbers with gaps, so that a move touches one row."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 1 << 16


def places_for(positions: Sequence[int], index: int) -> dict[int, int]:
    """Return what has to be stored so that a new member stands at `index` of a list.

    Args:
        positions: of the list without the new member, in the order shown; never falling, equal ones allowed.
        index: where the new member goes, 0 to the length of the list.

    Returns:
        The new position by place in the *resulting* list: of the new member, and of those neighbours that had to
        make room. Stored, all members stand in the order shown; those not named keep their positions.
    """
    first, last = index, index  # the members first..last-1 of the old list are placed anew, with the new one
    while True:
        low = positions[first - 1] if first > 0 else None
        high = positions[last] if last < len(positions) else None
        needed = last - first + 1
        if low is None or high is None or high - low > needed:
            break
        width = last - first + 1
        first, last = max(0, first - width), min(len(positions), last + width)
    return dict(enumerate(_spread(low, high, needed), start=first))


def _spread(low: int | None, high: int | None, count: int) -> list[int]:
    """Return `count` rising numbers strictly between two, evenly spread; with an end open, a whole gap apart."""
    if low is not None and high is not None:
        return [low + (high - low) * place // (count + 1) for place in range(1, count + 1)]
    if high is not None:
        return [high - GAP * place for place in range(count, 0, -1)]
    start = 0 if low is None else low
    return [start + GAP * place for place in range(1, count + 1)]
