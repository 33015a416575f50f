# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.jira.classify import classify
from ekachit.jira.errors import AuthRejected, JiraError, Refused, Unavailable, Unexpected

HTML = {"Content-Type": "text/html;charset=UTF-8"}
JSON = {"Content-Type": "application/json;charset=UTF-8"}
FAILED = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
PAGE = b"<!DOCTYPE html><html><title>Oops</title></html>"


def body(*messages: str, **fields: str) -> bytes:
    return json.dumps({"errorMessages": list(messages), "errors": fields}).encode()


AUTH, AWAY, ODD, NO = AuthRejected, Unavailable, Unexpected, Refused
GONE = "The value 'XY' does not exist for the field 'project'."
# what it is, status, headers, body, whether the call proves who asks, kind, code
CASES: list[tuple[str, int, dict[str, str], bytes, int, type[JiraError], str]] = [
    ("removed", 410, JSON, body("The requested API is removed."), 0, ODD, "api_removed"),
    ("no bound", 400, JSON, body("Unbounded JQL queries are"), 0, NO, "unbounded_jql"),
    ("project gone", 400, JSON, body(GONE), 0, NO, "project_gone"),
    ("reserved word", 400, JSON, body("'INT' is a reserved JQL word"), 0, NO, "bad_jql"),
    ("query by nobody", 400, JSON, body("cannot be viewed by anonymous users."), 0, AUTH, "token_anonymous"),
    ("bad token, text", 401, FAILED, b"Client must be", 1, AUTH, "token_rejected"),
    ("bad token, JSON", 401, JSON, b'{"message":"Must","status-code":401}', 1, AUTH, "token_rejected"),
    ("bad token, HTML", 401, HTML, PAGE, 1, AUTH, "token_rejected"),
    ("bad token, -", 401, {}, b"", 0, AUTH, "token_rejected"),
    ("bad token, as nobody", 200, JSON | FAILED, b"[]", 0, AUTH, "token_anonymous"),
    ("password", 401, {}, b"Basic authentication with passwords", 1, AUTH, "password_used"),
    ("scope", 401, JSON, b'{"code":401,"message":"scope does not match"}', 1, AUTH, "scope_missing"),
    ("project", 404, JSON, body("No project could be found."), 0, NO, "not_found"),
    ("issue with a bad token", 404, JSON | FAILED, body("Issue does not exist"), 0, AUTH, "token_anonymous"),
    ("transition", 400, JSON, body("Transition id '3' is not valid."), 0, NO, "transition_invalid"),
    ("validator", 400, JSON, body("Field Resolution is required."), 0, NO, "field_required"),
    ("screen", 400, JSON, body(customfield_12312="Story type is required."), 0, NO, "field_required"),
    ("off screen", 400, JSON, body(resolution="not on the appropriate screen"), 0, NO, "field_not_on_screen"),
    ("too long", 400, JSON, body(summary="Less than 255 characters."), 0, NO, "refused"),
    ("burst", 429, JSON | {"Retry-After": "1"}, b"", 0, AWAY, "rate_limited"),
    ("burst, HTML", 429, HTML, PAGE, 1, AWAY, "rate_limited"),
    ("edge", 400, HTML, PAGE, 0, AWAY, "server_error"),
    ("suspended", 503, HTML, PAGE, 1, AWAY, "site_suspended"),
    ("busy", 503, HTML | {"Retry-After": "30"}, PAGE, 1, AWAY, "server_error"),
    ("busy in a search", 503, HTML, PAGE, 0, AWAY, "server_error"),
    ("broken", 502, HTML, PAGE, 1, AWAY, "server_error"),
    ("captcha", 403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, b"", 1, AUTH, "captcha"),
    ("captcha 2", 403, {"X-Authentication-Denied-Reason": "CAPTCHA"}, b"", 1, AUTH, "captcha"),
    ("no access", 403, HTML, PAGE, 1, AUTH, "no_jira_access"),
    ("forbidden", 403, JSON, body("You may not."), 0, NO, "forbidden"),
    ("unknown site", 404, HTML, PAGE, 1, ODD, "site_unknown"),
    ("login page", 200, HTML, PAGE, 1, AUTH, "token_html"),
    ("portal", 200, HTML, PAGE, 0, ODD, "not_json"),
    ("moved", 302, HTML, b"", 1, ODD, "redirected"),
    ("part", 206, JSON, b"{}", 0, ODD, "bad_shape"),
    ("at the same time", 409, JSON, body("Conflict"), 0, NO, "conflict"),
    ("read only", 405, HTML, PAGE, 0, AWAY, "read_only"),
    ("too large", 413, HTML, PAGE, 0, NO, "refused"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status", "headers", "raw", "proving", "kind", "code"), CASES, ids=[case[0] for case in CASES]
)
def test_A01_N08_each_refusal_is_understood(
    name: str,
    status: int,
    headers: dict[str, str],
    raw: bytes,
    proving: int,
    kind: type[JiraError],
    code: str,
) -> None:
    trouble = classify(status, headers, raw, proving=bool(proving))
    assert type(trouble) is kind
    assert trouble is not None
    assert trouble.code == code


def test_good_answers_are_no_errors() -> None:
    assert classify(200, JSON, b"{}", proving=True) is None
    assert classify(200, {}, b'  {"a": 1}', proving=False) is None
    assert classify(204, {}, b"", proving=False) is None


def test_A01_where_the_account_is_named_its_absence_means_nobody() -> None:
    named = JSON | {"x-aaccountid": "me"}
    assert classify(200, named, b"{}", proving=False, account_header=True) is None
    trouble = classify(200, JSON, b"{}", proving=False, account_header=True)
    assert trouble is not None
    assert trouble.code == "token_anonymous"


def test_a_refusal_names_what_it_is_about_in_capped_words() -> None:
    trouble = classify(
        400, JSON, body("The value 'XY' does not exist for the field 'project'.", "y" * 9000), proving=False
    )
    assert isinstance(trouble, Refused)
    assert trouble.value == "XY"
    assert len(trouble.messages[1]) == 500
    assert trouble.status == 400
    field = classify(400, JSON, body(customfield_1="Story\x00 type\n is required."), proving=False)
    assert isinstance(field, Refused)
    assert field.fields == {"customfield_1": "Story  type  is required."}


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["Retry-After", "Content-Type", "X-Seraph-LoginReason"]), st.text(max_size=30)
    ),
    st.one_of(
        st.binary(max_size=80),
        st.recursive(
            st.none() | st.booleans() | st.text(),
            lambda each: (
                st.lists(each)
                | st.dictionaries(st.sampled_from(["errorMessages", "errors", "message"]), each)
            ),
        ).map(lambda each: json.dumps(each).encode()),
    ),
    st.integers(0, 1),
)
def test_X04_any_answer_is_classified(status: int, headers: dict[str, str], raw: bytes, proving: int) -> None:
    trouble: Any = classify(status, headers, raw, proving=bool(proving))
    assert trouble is None or isinstance(trouble, JiraError)


def test_X04_a_deep_error_body_is_no_crash() -> None:
    for status in (400, 404, 409):
        assert isinstance(classify(status, JSON, b"[" * 60_000, proving=False), JiraError)
