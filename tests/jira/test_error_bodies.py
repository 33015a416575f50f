"""Every kind of refusal that Jira Cloud is known to send is understood, and has its words with a next step.

The status, the headers and the sentences are Jira's; what is around them is the least that Jira's answers have.
"""

# the sentences of Jira's stay whole, so that they can be searched for

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ekachit.connections.words import WORDS, words_for
from ekachit.jira.classify import classify
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable, Unexpected
from ekachit.sync.refusals import REFUSED

HTML = {"Content-Type": "text/html"}
PLAIN = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json;charset=UTF-8"}
AS_NOBODY = {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}
EDGE_PAGE = b"<!doctype html><html lang='en'><head><title>HTTP Status 400 - Bad Request</title></head></html>"
OOPS_PAGE = b"<!DOCTYPE html><html><head><title>Oops - an error has occurred</title></head></html>"


def said(*messages: str, **fields: str) -> bytes:
    return json.dumps({"errorMessages": list(messages), "errors": fields}).encode()


@dataclass(frozen=True)
class Known:
    """A refusal: what was asked (`proving`: who asks), what came, and what it means."""

    what: str
    status: int
    kind: type[JiraError]
    code: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    proving: bool = False
    wait: float | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


KNOWN = [
    Known(
        "the removed search",
        410,
        Unexpected,
        "api_removed",
        said("The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."),
    ),
    Known(
        "a query without a bound",
        400,
        Refused,
        "unbounded_jql",
        said("Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
    ),
    Known(
        "a project that is gone",
        400,
        Refused,
        "project_gone",
        said("The value 'XY' does not exist for the field 'project'."),
    ),
    Known(
        "a reserved word",
        400,
        Refused,
        "bad_jql",
        said(
            "Error in the JQL Query: 'INT' is a reserved JQL word. You must surround it in quotation marks."
        ),
    ),
    Known(
        "a query by nobody",
        400,
        AuthRejected,
        "token_anonymous",
        said(
            "Field 'assignee' does not exist or this field cannot be viewed by anonymous users.",
            "Not able to sort using field 'priority'.",
        ),
    ),
    Known(
        "a bad token, as text",
        401,
        AuthRejected,
        "token_rejected",
        b"Client must be authenticated to access this resource.",
        {**PLAIN, **AS_NOBODY},
        proving=True,
    ),
    Known(
        "a bad token, as JSON",
        401,
        AuthRejected,
        "token_rejected",
        b'{"message":"Client must be authenticated to access this resource.","status-code":401}',
        proving=True,
    ),
    Known(
        "a bad token where nobody may read",
        200,
        AuthRejected,
        "token_anonymous",
        b'{"issues":[]}',
        {**JSON, **AS_NOBODY},
    ),
    Known(
        "a password",
        401,
        AuthRejected,
        "password_used",
        b"Basic authentication with passwords is deprecated.",
        PLAIN,
        proving=True,
    ),
    Known(
        "a scope that lacks",
        401,
        AuthRejected,
        "scope_missing",
        b'{"code":401,"message":"Unauthorized; scope does not match"}',
    ),
    Known(
        "a project, asked with a bad token",
        404,
        AuthRejected,
        "token_anonymous",
        said("No project could be found with key 'XY'."),
        {**JSON, **AS_NOBODY},
    ),
    Known(
        "a step that is not open",
        400,
        Refused,
        "transition_invalid",
        said("Transition id '3' is not valid for this issue."),
    ),
    Known(
        "a field that a validator wants",
        400,
        Refused,
        "field_required",
        said("Field Resolution is required."),
    ),
    Known(
        "a field that the screen wants",
        400,
        Refused,
        "field_required",
        said(customfield_12312="Story type is required."),
        fields={"customfield_12312": "Story type is required."},
    ),
    Known(
        "a field that is not on the screen",
        400,
        Refused,
        "field_not_on_screen",
        said(resolution="Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."),
        fields={
            "resolution": "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
        },
    ),
    Known(
        "too much at once",
        429,
        Unavailable,
        "rate_limited",
        b"",
        {**JSON, "Retry-After": "1", "RateLimit-Reason": "jira-burst-based"},
        wait=1.0,
    ),
    Known("too much at once, as a page", 429, Unavailable, "rate_limited", OOPS_PAGE, HTML),
    Known(
        "too much at once, from the gateway",
        429,
        Unavailable,
        "rate_limited",
        b"",
        {"X-Failure-Category": "FAILURE CLIENT RATE LIMITED", "X-Ratelimit-Remaining": "0"},
    ),
    Known("a page of the edge", 400, Unavailable, "server_error", EDGE_PAGE, HTML),
    Known("a suspended site", 503, Unavailable, "site_suspended", OOPS_PAGE, HTML, proving=True),
    Known(
        "a CAPTCHA",
        403,
        AuthRejected,
        "captcha",
        b"",
        {
            "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
            "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://yourteam.atlassian.net/login.jsp",
        },
    ),
    Known(
        "a summary that is too long",
        400,
        Refused,
        "refused",
        said(summary="Summary must be less than 255 characters."),
        fields={"summary": "Summary must be less than 255 characters."},
    ),
    Known("a renamed site, written to", 405, Unavailable, "read_only", b"", {}),
    Known(
        "a conflicting update",
        409,
        Refused,
        "conflict",
        said("The issue could not be transitioned because of a conflicting update."),
    ),
]
# A query that Jira does not take and a project that is gone end a pass, and are told with its receipt.
OF_QUERIES = {"unbounded_jql", "bad_jql", "project_gone"}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.what)
def test_it_is_understood(known: Known) -> None:
    found = classify(known.status, known.headers, known.body, proving=known.proving)
    assert type(found) is known.kind
    assert found is not None
    assert found.code == known.code
    if isinstance(found, Unavailable):
        assert found.retry_after == known.wait
    if isinstance(found, Refused):
        assert found.fields == known.fields
        assert found.messages or found.fields or not known.body


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.what)
def test_it_has_words_and_a_next_step(known: Known) -> None:
    if issubclass(known.kind, Refused) and known.code not in OF_QUERIES:
        assert str(REFUSED[known.code].title)
        assert str(REFUSED[known.code].next_step)
    elif known.code not in OF_QUERIES:
        assert known.code in WORDS
    words = words_for(known.code)
    assert str(words.title)
    assert str(words.next_step)
