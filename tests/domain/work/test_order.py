"""Places in a list that is ordered by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from ekachit.domain.work.order import GAP, places_for

POSITIONS = some.lists(some.integers(-5, 5) | some.integers(-(10**9), 10**9), max_size=60).map(sorted)


def inserted(positions: list[int], index: int) -> list[int]:
    result = [*positions[:index], 0, *positions[index:]]
    for place, position in places_for(positions, index).items():
        result[place] = position
    return result


@given(POSITIONS, some.data())
def test_a_new_member_stands_where_it_was_put_and_nobody_changes_sides(
    positions: list[int], data: some.DataObject
) -> None:
    index = data.draw(some.integers(0, len(positions)))
    result = inserted(positions, index)
    assert result == sorted(result)
    assert index not in places_for(positions, index) or result.count(result[index]) == 1
    for (place, before), after in zip(
        enumerate(positions), [*result[:index], *result[index + 1 :]], strict=True
    ):
        if place >= index:
            assert after == before, "what is below keeps its place"
    moved = set(places_for(positions, index))
    assert moved == set(range(min(moved), index + 1))
    assert len({result[place] for place in moved}) == len(moved), "what was placed anew is told apart"


@given(some.lists(some.floats(0, 1), min_size=1, max_size=200))
def test_any_number_of_moves_keeps_the_order_they_made(where: list[float]) -> None:
    positions: list[int] = []
    expected: list[int] = []
    by_member: dict[int, int] = {}
    for member, share in enumerate(where):
        index = round(share * len(expected))
        order = [*expected[:index], member, *expected[index:]]
        for place, position in places_for(positions, index).items():
            by_member[order[place]] = position
        expected = order
        positions = [by_member[each] for each in expected]
        assert sorted(by_member, key=by_member.__getitem__) == expected
        assert len(set(positions)) == len(positions)


def test_a_move_between_two_with_room_touches_one_row() -> None:
    assert places_for([0, GAP], 1) == {1: GAP // 2}
    assert places_for([0, GAP], 2) == {2: 2 * GAP}
    assert places_for([0, GAP], 0) == {0: -GAP}
    assert places_for([], 0) == {0: GAP}


def test_among_those_never_moved_only_the_ones_above_are_pinned() -> None:
    assert places_for([0, 0, 0, 0], 2) == {0: -3 * GAP, 1: -2 * GAP, 2: -GAP}


def test_a_thousand_moves_to_one_place_move_few_rows_each() -> None:
    positions = [number * GAP for number in range(100)]
    touched = 0
    for _ in range(1000):
        touched += len(places_for(positions, 50))
        positions = inserted(positions, 50)
    assert positions == sorted(set(positions))
    assert touched / 1000 < 20
