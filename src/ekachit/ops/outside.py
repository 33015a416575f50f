"""What the world outside says, for `ekachit doctor`."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime

from ekachit.connections.way_out import way_out
from ekachit.jira.egress import GATEWAY_HOST
from ekachit.jira.errors import Unexpected
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Request

WAIT_SECONDS = 10.0


def atlassian_time() -> float:
    """Return the time of Atlassian's gateway in seconds since 1970, asked for by the way out that is set.

    Nothing of a person goes along: it is a bare request for the gateway's front page.

    Raises:
        JiraError: it does not answer, or with no time.
    """
    return asyncio.run(_ask())


async def _ask() -> float:
    limits = Limits(total_seconds=WAIT_SECONDS, connect_seconds=WAIT_SECONDS)
    async with AiohttpTransport(way_out(), limits=limits) as transport:
        answer = await transport.send(Request("GET", f"https://{GATEWAY_HOST}/", GATEWAY_HOST))
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        raise Unexpected("bad_http", "an answer without its time") from None
