"""A few questions in a row, over a transport of their own: for when a person waits for the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress
from ekachit.jira.errors import AuthRejected
from ekachit.jira.transport import AiohttpTransport, Transport

T = TypeVar("T")


async def in_session(
    make_client: Callable[[Transport], JiraClient],
    account_id: str,
    work: Callable[[JiraClient], Awaitable[T]],
    *,
    egress: Egress,
) -> T:
    """Return what `work` finds out, once it is proven that the token is still this account's.

    Raises:
        AuthRejected: `account_differs` where the token is another account's.
        JiraError: Jira refused or did not answer.
    """
    async with AiohttpTransport(egress) as transport:
        client = make_client(transport)
        if (await client.myself()).account_id != account_id:
            raise AuthRejected("account_differs")
        return await work(client)
