"""Who is asking. Basic authentication with e-mail and API token, at the site and at the gateway.

A wrong token comes in several forms on real sites; the beginning of the token chooses one, so that each can
be tried against the stand-in with any e-mail address. The longest matching beginning counts.

token begins with       answer
`bad`, `bad-anon`       as anonymous: /myself 401 with a text body, search and project lists 200 and
                        empty, a single issue or project 404; always with the header
                        `x-seraph-loginreason: AUTHENTICATED_FAILED`
`bad-jql`               the same, but a search by assignee is 400, "cannot be viewed by anonymous users"
`bad-empty`             the same, but even /myself is 200, with an empty object
`bad-json`              401 with a JSON body on everything
`bad-html`              200 with the HTML of a login page on everything
`bad-captcha`           403 with the two captcha headers
`bad-forbidden`         403: signed in, but without access to Jira
`bad-ratelimit`         429 with Retry-After and the rate limit headers
`bad-ratelimit-html`    429 with an HTML page and no Retry-After
`bad-suspended`         503 with an HTML page: the site is suspended
`bad-password`          401 with the text that passwords are no longer accepted
`bad-scope`             at the gateway 401 "scope does not match"; at the site like `bad`

No credentials at all: like `bad-jql`, without the header. A token the world does not know, or has revoked,
is like `bad`. Scoped tokens work at the gateway only; there each request needs its scope. Tokens of the older
kind work at the site only. In a world made from a file, any token signs in that does not begin with `bad`
(one that begins with `scoped` counts as scoped). A GET with a body fails authentication.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from ekachit.sandbox.replies import Reply, html_reply, json_reply, text_reply
from ekachit.sandbox.site import ALL_SCOPES, AbsentError, Account, Token
from ekachit.sandbox.world import World

UNAUTHENTICATED: Final = "Client must be authenticated to access this resource."
FAILED_HEADER: Final = {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}
LOGIN_PAGE: Final = "<!DOCTYPE html><html><head><title>Log in to continue</title></head><body></body></html>"
ERROR_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Oops - an error has occurred</title></head><body></body></html>"
)
PASSWORDS: Final = (
    "Basic authentication with passwords is deprecated. For more information, see: "
    "https://developer.atlassian.com/cloud/confluence/deprecation-notice-basic-auth/"
)


class Stop(Exception):  # noqa: N818 - it carries a finished answer, which need not be an error
    """The request ends here, with this answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: an account, or nobody. `form` tells which kind of nobody (see the table)."""

    account: Account | None
    form: str = ""
    gateway: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell a client whether it is signed in."""
        if self.account is not None:
            return {"X-AAccountId": self.account.account_id.replace(":", "%3A")}
        return dict(FAILED_HEADER) if self.form else {}


def unauthenticated() -> Reply:
    """The 401 of an endpoint that is not open to anonymous callers."""
    headers = {**FAILED_HEADER, "WWW-Authenticate": 'OAuth realm="https%3A%2F%2Fsandbox.example.invalid"'}
    return text_reply(UNAUTHENTICATED, 401, headers)


def scope_mismatch() -> Reply:
    """The gateway's 401 for a scoped token that lacks the scope."""
    return json_reply({"code": 401, "message": "Unauthorized; scope does not match"}, 401)


def refusals() -> dict[str, Reply]:
    """The answers that a beginning of the token asks for outright."""
    limits = {"X-RateLimit-Limit": "350", "X-RateLimit-Remaining": "0"}
    captcha = {
        "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
        "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://sandbox.example.invalid/login.jsp",
    }
    body = {"message": UNAUTHENTICATED, "status-code": 401}
    return {
        "bad-json": json_reply(body, 401, FAILED_HEADER),
        "bad-html": html_reply(LOGIN_PAGE),
        "bad-captcha": json_reply({"message": "CAPTCHA required", "status-code": 403}, 403, captcha),
        "bad-forbidden": no_access(),
        "bad-ratelimit-html": html_reply(ERROR_PAGE, 429, limits),
        "bad-ratelimit": json_reply(
            {"errorMessages": ["Rate limit exceeded."], "errors": {}},
            429,
            {
                **limits,
                "Retry-After": "3",
                "X-RateLimit-Reset": "2026-01-01T01:01:01Z",
                "RateLimit-Reason": "jira-burst-based",
            },
        ),
        "bad-suspended": html_reply(ERROR_PAGE, 503),
        "bad-password": text_reply(PASSWORDS, 401, FAILED_HEADER),
    }


def no_access() -> Reply:
    """The 403 for somebody without access to Jira; its real wording is not captured anywhere."""
    return json_reply({"errorMessages": ["You do not have access to Jira on this site."], "errors": {}}, 403)


def identify(world: World, authorization: str | None, *, gateway: bool, scope: str) -> Visitor:
    """Who is behind an Authorization header. Raises `Stop` with the answer where that is settled already."""
    if authorization is None:
        if gateway:
            raise Stop(unauthenticated())
        return Visitor(None)
    email, secret = credentials(authorization)
    if secret.startswith("bad"):
        return _wrong(secret, gateway=gateway)
    token = _token(world, email, secret)
    if token is None or token.revoked or (token.scopes is not None) != gateway:
        return _anonymous(gateway=gateway)
    if token.scopes is not None and scope not in token.scopes:
        raise Stop(scope_mismatch())
    account = world.accounts[token.account_id]
    if not account.jira_access:
        raise Stop(no_access())
    return Visitor(account, gateway=gateway)


def _anonymous(*, gateway: bool) -> Visitor:
    """A token that is no good: nobody at the site, 401 at the gateway, which is never anonymous."""
    if gateway:
        raise Stop(json_reply({"code": 401, "message": "Unauthorized"}, 401))
    return Visitor(None, "bad")


def _wrong(secret: str, *, gateway: bool) -> Visitor:
    answers = refusals()
    for beginning in sorted(answers, key=len, reverse=True):
        if secret.startswith(beginning):
            raise Stop(answers[beginning])
    if gateway:
        raise Stop(scope_mismatch() if secret.startswith("bad-scope") else unauthenticated())
    form = next((form for form in ("bad-jql", "bad-empty") if secret.startswith(form)), "bad")
    return Visitor(None, form)


def credentials(authorization: str) -> tuple[str, str]:
    """The e-mail address and the token of an Authorization header. Raises `Stop` when it makes no sense."""
    kind, _, value = authorization.partition(" ")
    if kind.lower() != "basic":
        raise Stop(unauthenticated())
    try:
        email, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Stop(unauthenticated()) from None
    return email, secret


def _token(world: World, email: str, secret: str) -> Token | None:
    """The token behind the two halves of the header, None if they do not belong together."""
    try:
        account = world.account(email) if "@" in email else None
    except AbsentError:
        account = None
    if account is None:
        return None
    token = world.tokens.get(secret)
    if token is None and world.open_sign_in and secret:
        return Token(secret, account.account_id, ALL_SCOPES if secret.startswith("scoped") else None)
    return token if token is None or token.revoked or token.account_id == account.account_id else None
