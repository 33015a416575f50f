"""Four hundred histories of the engine with sending, in one file: only together do they prove that all of it happened."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sync.sending.mass import CHUNK, CHUNKS, assert_not_vacuous, play_all, seeds

HAPPENED: Counter[str] = Counter()


@pytest.mark.django_db
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_property_of_sending_holds(chunk: int) -> None:
    counts = play_all(seeds(chunk))
    assert counts["histories"] == CHUNK
    HAPPENED.update(counts)


def test_the_histories_of_sending_were_not_vacuous() -> None:
    assert_not_vacuous(HAPPENED)
