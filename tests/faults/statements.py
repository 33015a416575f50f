"""Being there when a statement goes to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as database


@contextmanager
def before_each_statement(look: Callable[[str], None]) -> Iterator[None]:
    """Call `look` with each statement before it runs."""

    def between(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        look(sql)
        return execute(sql, params, many, context)

    with database.execute_wrapper(between):
        yield
