"""From an answer to the error it means. Pure; the shapes are Jira Cloud's as its users reported them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable, Unexpected
from ekachit.jira.limits import retry_after

_REDIRECT: Final = range(300, 400)
_FINE: Final = range(200, 300)
_BROKEN: Final = range(500, 600)
_TEXT_LOOKED_AT: Final = 4000
_EXPECTED: Final = frozenset({200, 201, 204})

# The first pattern that fits decides. A site may answer in another language: then the plain `refused`
# remains.
_BAD_REQUESTS: Final = (
    ("unbounded_jql", re.compile(r"Unbounded JQL")),
    ("project_gone", re.compile(r"The value '([^']{0,200})' does not exist for the field 'project'")),
    ("transition_invalid", re.compile(r"Transition id '?([^' ]{0,40})'? is not valid")),
    ("field_not_on_screen", re.compile(r"not on the appropriate screen")),
    ("field_required", re.compile(r"\bis required\b")),
    ("bad_jql", re.compile(r"Error in the JQL Query|reserved JQL word")),
)
_ANONYMOUS: Final = "cannot be viewed by anonymous users"


class _Body(msgspec.Struct):
    error_messages: list[str] = msgspec.field(default_factory=list, name="errorMessages")
    errors: dict[str, str] = msgspec.field(default_factory=dict)
    message: str = ""


def classify(
    status: int, headers: Mapping[str, str], body: bytes, *, proving: bool, account_header: bool = False
) -> JiraError | None:
    """Return the error that an answer means, None for a good one.

    Args:
        status: the HTTP status.
        headers: the answer's headers, in any case.
        body: the decoded body; may be cut.
        proving: whether the call is one that proves who asks, or that there is a Jira at all (`/myself`,
        tenant info).
        account_header: whether this site is known to name the account (X-AAccountId) in every signed-in
        answer; its absence then means that the answer is for nobody (JRACLOUD-93811).
    """
    known = {name.lower(): value for name, value in headers.items()}
    if _wants_captcha(known):
        return AuthRejected("captcha")
    if status in _FINE:
        return _fine(status, known, body, proving=proving, account_header=account_header)
    if status in _REDIRECT:
        return Unexpected("redirected")
    if status == 400:  # noqa: PLR2004 # HTTP statuses read best as numbers
        return _bad_request(status, body)
    return _by_status(status, known, body, proving=proving)


def _wants_captcha(headers: Mapping[str, str]) -> bool:
    """Whether a CAPTCHA blocks the account (Jira Cloud platform, "Basic auth for REST APIs")."""
    return (
        "AUTHENTICATION_DENIED" in headers.get("x-seraph-loginreason", "").upper()
        or "CAPTCHA" in headers.get("x-authentication-denied-reason", "").upper()
    )


def _as_nobody(headers: Mapping[str, str]) -> bool:
    """Whether the credentials were thrown away and the answer is for an anonymous caller (JRACLOUD-93811)."""
    return "AUTHENTICATED_FAILED" in headers.get("x-seraph-loginreason", "").upper()


def _is_json(headers: Mapping[str, str], body: bytes) -> bool:
    if "json" in headers.get("content-type", "").lower():
        return True
    return "html" not in headers.get("content-type", "").lower() and body.lstrip()[:1] in {b"{", b"["}


def _fine(
    status: int, headers: Mapping[str, str], body: bytes, *, proving: bool, account_header: bool
) -> JiraError | None:
    if _as_nobody(headers):
        return AuthRejected("token_anonymous")
    if status not in _EXPECTED:
        return Unexpected("bad_shape", f"status {status}")
    if body and not _is_json(headers, body):
        # A page instead of data, from a hotel's portal for example, says nothing about the token.
        return AuthRejected("token_html") if proving else Unexpected("not_json")
    if account_header and not headers.get("x-aaccountid"):
        return AuthRejected("token_anonymous")
    return None


def _by_status(  # noqa: PLR0911 # one line a status is the clearest
    status: int, headers: Mapping[str, str], body: bytes, *, proving: bool
) -> JiraError:
    match status:
        case 401:
            return AuthRejected(_why_401(body))
        case 403:
            return AuthRejected("no_jira_access") if proving else _refused("forbidden", status, body)
        case 404:
            return _missing(headers, body, proving=proving)
        case 405:
            # What a site in read-only mode, or one that was renamed, answers to a POST.
            return Unavailable("read_only")
        case 409:
            return _refused("conflict", status, body)
        case 410:
            return Unexpected("api_removed")
        case 429:
            return Unavailable("rate_limited", retry_after(headers.get("retry-after")))
        case 503:
            return _out_of_service(headers, proving=proving)
    if status in _BROKEN or status == 408:  # noqa: PLR2004 # as above
        return Unavailable("server_error", retry_after(headers.get("retry-after")))
    return _refused("refused", status, body)


def _why_401(body: bytes) -> str:
    text = body[:_TEXT_LOOKED_AT].decode("utf-8", "replace")
    if "authentication with passwords" in text:
        return "password_used"
    if "scope does not match" in text:
        return "scope_missing"
    return "token_rejected"


def _missing(headers: Mapping[str, str], body: bytes, *, proving: bool) -> JiraError:
    if _as_nobody(headers):
        return AuthRejected("token_anonymous")
    if proving or not _is_json(headers, body):
        return Unexpected("site_unknown") if proving or body else Refused("not_found", 404)
    return _refused("not_found", 404, body)


def _out_of_service(headers: Mapping[str, str], *, proving: bool) -> JiraError:
    """A suspended site answers 503 to everything (github-for-jira, axios.ts); a busy one says how long."""
    wait = retry_after(headers.get("retry-after"))
    if proving and wait is None:
        return Unavailable("site_suspended")
    return Unavailable("server_error", wait)


def _bad_request(status: int, body: bytes) -> JiraError:
    found = _texts(body)
    if found is None:
        # The edge answers 400 with a page now and then; the same request works a moment later.
        return Unavailable("server_error")
    texts = (*found.error_messages, found.message, *found.errors.values())
    if any(_ANONYMOUS in text for text in texts):
        return AuthRejected("token_anonymous")
    for code, pattern in _BAD_REQUESTS:
        for text in texts:
            if fit := pattern.search(text):
                return _refused(code, status, body, value=fit[1] if pattern.groups else None)
    return _refused("refused", status, body)


def _refused(code: str, status: int, body: bytes, *, value: str | None = None) -> Refused:
    found = _texts(body) or _Body()
    messages = (*found.error_messages, *([found.message] if found.message else []))
    return Refused(code, status, messages, found.errors, value=value)


def _texts(body: bytes) -> _Body | None:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return _loose_texts(body)


def _loose_texts(body: bytes) -> _Body | None:
    """The texts of a body that is JSON, but not quite of the documented shape."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    if not isinstance(raw, dict):
        return None
    messages, errors = raw.get("errorMessages"), raw.get("errors")
    return _Body(
        error_messages=[each for each in messages if isinstance(each, str)]
        if isinstance(messages, list)
        else [],
        errors={str(name): each for name, each in errors.items() if isinstance(each, str)}
        if isinstance(errors, dict)
        else {},
        message=raw["message"] if isinstance(raw.get("message"), str) else "",
    )
