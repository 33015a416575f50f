"""P07: after a worker that ran out of memory the next one takes fewer, and grows again slowly."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.domain.sync.pace import Left, first_limit, grown, halved

MOST = 32


@pytest.mark.parametrize(
    ("left", "limit"),
    [
        ([], MOST),
        ([Left(MOST, 0)], MOST),
        ([Left(MOST, 32)], 16),
        ([Left(16, 16)], 8),
        ([Left(MOST, 5)], 2),
        ([Left(2, 1)], 1),
        ([Left(7, 0)], 7),
        ([Left(MOST, 20), Left(4, 0), Left(MOST, 30)], 4),
        ([Left(0, 0)], 1),
        ([Left(9999, 9999)], MOST),
    ],
)
def test_P07_the_next_worker_takes_half_of_what_the_last_one_died_of(left: list[Left], limit: int) -> None:
    assert first_limit(MOST, left) == limit


def test_P07_a_machine_that_bears_so_many_finds_out_how_many_that_is() -> None:
    """However many workers die on the way, it comes to a size that lives."""
    for bears in range(1, MOST):
        limit, deaths = MOST, 0
        while limit > bears:
            limit, deaths = first_limit(MOST, [Left(limit, limit)]), deaths + 1
        assert bears // 2 <= limit <= bears
        assert deaths <= 5


def test_P07_it_grows_by_one_once_a_whole_batch_has_ended_well() -> None:
    limit, ended, passes = 1, 0, 0
    while limit < MOST:
        ended, passes = ended + 1, passes + 1
        if grown(limit, MOST, ended) > limit:
            limit, ended = limit + 1, 0
    assert passes == sum(range(1, MOST))
    assert grown(MOST, MOST, 10_000) == MOST


@given(st.integers(1, MOST), st.integers(0, MOST), st.integers(0, 100))
def test_P07_there_is_always_one_and_never_too_many(limit: int, running: int, ended_well: int) -> None:
    sizes = (halved(running), first_limit(MOST, [Left(limit, running)]), grown(limit, MOST, ended_well))
    assert all(1 <= each <= MOST for each in sizes)
