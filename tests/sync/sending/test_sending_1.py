"""Two hundred histories of the engine with sending, the 1. part; split so that several workers share them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sync.sending.mass import CHUNK, CHUNKS, assert_not_vacuous, play_all, seeds

PART = 1
HAPPENED: Counter[str] = Counter()


@pytest.mark.django_db
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_property_of_sending_holds(chunk: int) -> None:
    counts = play_all(seeds(PART, chunk))
    assert counts["histories"] == CHUNK
    HAPPENED.update(counts)


def test_the_histories_of_sending_were_not_vacuous() -> None:
    assert_not_vacuous(HAPPENED)
