"""What can go wrong with Jira, by what the caller can do about it.

Every error has a stable `code`. None holds a header, a request or a token, and texts from Jira are capped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT_LIMIT: Final = 500
TEXTS_LIMIT: Final = 20


def capped(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text without control characters, cut with `…` to at most `limit` characters."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text[: limit + 1]).strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


class JiraError(Exception):
    """Jira could not be asked or did not do what was asked. `code` is stable."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(capped(message) or code)


class Withheld(Exception):  # noqa: N818 # reads as what happened
    """Whoever stands before the transport did not let a request go out; nothing was sent."""


class AuthRejected(JiraError):  # noqa: N818 # reads as what happened
    """The credentials do not get in; asking again changes nothing.

    Codes: `token_rejected`, `token_anonymous`, `token_html`, `password_used`, `captcha`, `no_jira_access`,
    `scope_missing`.
    """


AUTH_CODES: Final = frozenset(
    {
        *("token_rejected", "token_anonymous", "token_html", "password_used", "captcha", "no_jira_access"),
        *("scope_missing", "account_differs"),
    }
)
"""The codes of `AuthRejected`, with that of a proof of somebody else."""


class Unavailable(JiraError):  # noqa: N818 # reads as what happened
    """Not now. `retry_after` is in seconds, None where Jira named no time.

    `sent` is False where no request was made.

    Codes: `rate_limited`, `site_suspended`, `server_error`, `read_only`, `timeout`, `network_refused`,
    `dns_failed`, `tls_failed`, `connection_reset`, `proxy_failed`.
    """

    def __init__(
        self, code: str, retry_after: float | None = None, *, message: str = "", sent: bool = True
    ) -> None:
        self.retry_after = retry_after
        self.sent = sent
        super().__init__(code, message)


class Refused(JiraError):  # noqa: N818 # reads as what happened
    """Jira said no to this one request, with its own words. `value` is what it named, if anything.

    Codes: `unbounded_jql`, `bad_jql`, `project_gone`, `transition_invalid`, `field_required`,
    `field_not_on_screen`, `not_found`, `forbidden`, `conflict`, `refused`.
    """

    def __init__(
        self,
        code: str,
        status: int,
        messages: tuple[str, ...] = (),
        fields: Mapping[str, str] | None = None,
        *,
        value: str | None = None,
    ) -> None:
        self.status = status
        self.messages = tuple(capped(each) for each in messages[:TEXTS_LIMIT])
        named = list((fields or {}).items())[:TEXTS_LIMIT]
        self.fields: dict[str, str] = {capped(name, 100): capped(text) for name, text in named}
        self.value = None if value is None else capped(value, 100)
        super().__init__(code, "; ".join((*self.messages, *self.fields.values())))


class Unexpected(JiraError):  # noqa: N818 # reads as what happened
    """The answer is not one that Jira Cloud gives; nothing can be concluded from it.

    Codes: `site_unknown`, `api_removed`, `redirected`, `not_json`, `bad_shape`, `too_large`, `bad_encoding`,
    `bad_http`, `address_blocked`, `endless_pages`, `client_fault`.
    """
