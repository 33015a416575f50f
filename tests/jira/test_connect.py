# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ekachit.jira.connect import Proof, probe
from ekachit.jira.errors import JiraError
from ekachit.jira.transport import AiohttpTransport
from ekachit.vault.secret import Secret
from tests.jira.hostile import ME, SIGNED_IN, TOKEN, Asked, Hostile, Log, hostile, now, reply

CLOUD = "5f1e9c1a-2b7d-4e0a-9c55-0d1b6c6f7a10"
TENANT = "/_edge/tenant_info"
AT_SITE = "/rest/api/3/myself"
AT_GATEWAY = f"/ex/jira/{CLOUD}/rest/api/3/myself"
WELL = reply(200, {"accountId": ME, "displayName": "Maya", "timeZone": "Europe/Stockholm"}, SIGNED_IN)
NO = reply(401, b"Client must be authenticated to access this resource.", {"Content-Type": "text/plain"})
PAGE = reply(404, b"<html></html>", {"Content-Type": "text/html"})


async def connect(answers: Mapping[str, bytes]) -> tuple[Proof | str, Hostile]:
    known = {TENANT: reply(200, {"cloudId": CLOUD}), **answers}

    def answer(asked: Asked) -> bytes:
        return known.get(asked.path, PAGE)

    async with hostile(answer) as server, AiohttpTransport(server.egress) as transport:
        try:
            return await probe(
                transport, server.site, "maya@example.com", Secret(TOKEN), ledger=Log(), clock=now
            ), server
        except JiraError as trouble:
            return trouble.code, server


async def test_a_token_without_scopes_works_at_the_site() -> None:
    proof, server = await connect({AT_SITE: WELL})
    assert proof == Proof(ME, "Maya", "Europe/Stockholm", CLOUD, via_gateway=False)
    assert "authorization" not in server.asked[0].headers


async def test_A08_a_token_with_scopes_is_found_to_work_at_the_gateway() -> None:
    proof, _ = await connect({AT_SITE: NO, AT_GATEWAY: WELL})
    assert proof == Proof(ME, "Maya", "Europe/Stockholm", CLOUD, via_gateway=True)


@pytest.mark.parametrize(
    ("answers", "code", "tries"),
    [
        ({AT_SITE: NO, AT_GATEWAY: NO}, "token_rejected", 2),
        ({AT_SITE: NO, AT_GATEWAY: PAGE}, "token_rejected", 2),
        ({AT_SITE: NO, TENANT: PAGE}, "token_rejected", 1),
        ({AT_SITE: NO, TENANT: reply(200, {"cloudId": "../../x"})}, "token_rejected", 1),
        (
            {AT_SITE: NO, AT_GATEWAY: reply(401, {"message": "Unauthorized; scope does not match"})},
            "scope_missing",
            2,
        ),
        ({AT_SITE: NO, AT_GATEWAY: reply(429)}, "rate_limited", 2),
        ({AT_SITE: reply(401, b"Basic authentication with passwords is deprecated.")}, "password_used", 1),
        ({AT_SITE: reply(403, b"", {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"})}, "captcha", 1),
        ({AT_SITE: reply(403, {})}, "no_jira_access", 1),
        ({AT_SITE: reply(200, b"<html>", {"Content-Type": "text/html"})}, "token_html", 1),
        ({AT_SITE: reply(200, {}), AT_GATEWAY: NO}, "token_anonymous", 2),
        ({TENANT: PAGE}, "site_unknown", 1),
        ({TENANT: reply(503), AT_SITE: reply(503)}, "site_suspended", 1),
        ({AT_SITE: reply(302, b"", {"Location": "/x"})}, "redirected", 1),
        ({AT_SITE: reply(200, b"{")}, "not_json", 1),
    ],
)
async def test_A04_each_failure_has_its_code_after_two_tries_at_most(
    answers: Mapping[str, bytes], code: str, tries: int
) -> None:
    found, server = await connect(answers)
    assert found == code
    assert sum("authorization" in each.headers for each in server.asked) == tries
