"""What the world outside says, for `ekachit doctor`."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime

from ekachit.jira.egress import GATEWAY_HOST, Egress
from ekachit.jira.errors import JiraError
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Request

WAIT_SECONDS = 10.0


def atlassian_time() -> float | None:
    """Return the time of Atlassian's gateway in seconds since 1970, None where it does not answer.

    Nothing of a person goes along: it is a bare request for the gateway's front page.
    """
    return asyncio.run(_ask())


async def _ask() -> float | None:
    limits = Limits(total_seconds=WAIT_SECONDS, connect_seconds=WAIT_SECONDS)
    async with AiohttpTransport(Egress(), limits=limits) as transport:
        try:
            answer = await transport.send(Request("GET", f"https://{GATEWAY_HOST}/", GATEWAY_HOST))
        except JiraError:
            return None
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return None
