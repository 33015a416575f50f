"""The seam for faults: something that may answer a request in place of Jira.

A world without faults has none; tests and the control door can put one in with `Faults.use`.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

Fault = Callable[[Request], Response | None]


class Faults:
    """Asked at each request to Jira, before anything else is looked at."""

    def __init__(self) -> None:
        self._fault: Fault | None = None

    def use(self, fault: Fault | None) -> None:
        """Let `fault` see every request from now on; None ends that."""
        self._fault = fault

    def answer(self, request: Request) -> Response | None:
        """The answer to give in place of Jira's, or None to let the request through."""
        return None if self._fault is None else self._fault(request)
