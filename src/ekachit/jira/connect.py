"""Finding out whose token it is and where it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ekachit.jira import wire
from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Site
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable, Unexpected
from ekachit.jira.ledger import Ledger
from ekachit.jira.transport import TokenSource, Transport

# A site that cannot be reached for one call cannot be reached for the next.
_UNREACHABLE: Final = frozenset(
    {"dns_failed", "network_refused", "proxy_failed", "tls_failed", "timeout", "connection_reset"}
)
# What a scoped token meets at the site's own address; other refusals say plainly what is wrong.
_MAY_BE_SCOPED: Final = frozenset({"token_rejected", "token_anonymous", "scope_missing"})


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose token it is. With `via_gateway` it has scopes and works at Atlassian's gateway only."""

    account_id: str
    display_name: str
    time_zone: str | None
    cloud_id: str | None
    via_gateway: bool


async def probe(  # noqa: PLR0913 # each is asked for by name
    transport: Transport,
    site: Site,
    email: str,
    token: TokenSource,
    *,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> Proof:
    """Return whose token it is and where it works: at the site, else at the gateway.

    At most two wrong tries are made: more could lock the account with a CAPTCHA.

    Raises:
        AuthRejected: the token works at neither, with the more telling reason of the two.
        Unavailable, Unexpected: the site did not answer, or not as Jira does.
    """

    def client(cloud_id: str | None, *, via_gateway: bool) -> JiraClient:
        return JiraClient(
            transport,
            site,
            email=email,
            token=token,
            cloud_id=cloud_id,
            via_gateway=via_gateway,
            ledger=ledger,
            clock=clock,
        )

    cloud_id = await _cloud_id(client(None, via_gateway=False))
    try:
        return _proof(await client(cloud_id, via_gateway=False).myself(), cloud_id, via_gateway=False)
    except AuthRejected as refused:
        if cloud_id is None or refused.code not in _MAY_BE_SCOPED:
            raise
        at_site = refused
    return await _at_gateway(client(cloud_id, via_gateway=True), cloud_id, at_site)


async def _cloud_id(client: JiraClient) -> str | None:
    """The site's cloud id, None where it does not tell: the token may work all the same."""
    try:
        return await client.tenant_info()
    except Unavailable as away:
        if away.code in _UNREACHABLE or not away.sent:
            raise
    except JiraError:
        pass
    return None


async def _at_gateway(client: JiraClient, cloud_id: str, at_site: AuthRejected) -> Proof:
    try:
        return _proof(
            await client.myself(why="whose token this is, if it has scopes"), cloud_id, via_gateway=True
        )
    except AuthRejected as refused:
        telling = refused if refused.code in {"scope_missing", "captcha", "no_jira_access"} else at_site
    except (Refused, Unexpected):
        telling = at_site
    raise telling.with_traceback(None) from None


def _proof(me: wire.Myself, cloud_id: str | None, *, via_gateway: bool) -> Proof:
    return Proof(me.account_id, me.display_name, me.time_zone, cloud_id, via_gateway)
