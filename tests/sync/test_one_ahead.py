"""The next page of a list is asked for while the last is written, and nothing of it is left lying about."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ekachit.sync.reading import one_ahead


class PageLostError(Exception):
    """What comes of the second page."""


async def pages() -> AsyncIterator[int]:
    yield 1
    raise PageLostError


def test_a_page_that_failed_and_is_not_wanted_any_more_is_no_lost_error() -> None:
    told: list[dict[str, Any]] = []

    async def read() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        ahead = one_ahead(pages())
        assert await anext(ahead) == 1
        await asyncio.sleep(0.01)  # the second page fails while the first is being written
        await ahead.aclose()
        del ahead
        gc.collect()

    asyncio.run(read())
    assert told == []


def test_a_page_that_failed_is_raised_where_it_is_wanted() -> None:
    async def read() -> list[int]:
        return [page async for page in one_ahead(pages())]

    with pytest.raises(PageLostError):
        asyncio.run(read())
