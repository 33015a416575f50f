"""Every kind of fault with what is looked at: the tests of both doors go through this table."""

from __future__ import annotations

import pytest

from tests.sandbox.fault_checks import (
    Check,
    anonymous,
    answered,
    automation,
    bad_text,
    breaks,
    clock_skew,
    colleague,
    conflict,
    cut_body,
    deep_json,
    drop_ids,
    duplicate_issue,
    empty,
    foreign_issue,
    foreign_links,
    gzip_bomb,
    half_open_does_not_hold_others_up,
    huge_body,
    index_lag,
    loop,
    many_headers,
    pages_shift,
    poison,
    poison_alone,
    read_only,
    revoke_token,
    server_error_after_the_effect,
    slow,
    truncated,
    write_limits,
    wrong_encoding,
    wrong_type,
)

JSON_401: dict[str, object] = {"form": "json"}
CHECKS: dict[str, list[Check]] = {
    "unauthorized": [
        answered("/myself", "unauthorized", 401, {}, text="Client must be", x_seraph_loginreason="AUTHENTICATED"),
        answered("/myself", "unauthorized", 401, JSON_401, text="status-code", content_type="json"),
        answered("/myself", "unauthorized", 401, {"form": "password"}, text="passwords is deprecated"),
        answered("/myself", "unauthorized", 401, {"form": "scope"}, text="scope does not match"),
    ],
    "forbidden": [
        answered("/myself", "forbidden", 403, {}, text="permission"),
        answered("/myself", "forbidden", 403, {"form": "html"}, content_type="text/html"),
        answered("/myself", "forbidden", 403, {"form": "empty"}, content_type="text/plain"),
    ],
    "captcha": [answered("/myself", "captcha", 403, {}, x_authentication_denied_reason="CAPTCHA_CHALLENGE")],
    "login_page": [
        answered("/myself", "login_page", 200, {}, content_type="text/html", text="Log in"),
        answered("/myself", "login_page", 401, {"status": 401}, content_type="text/html", text="Log in"),
    ],
    "redirect": [answered("/myself", "redirect", 302, {}, location="https://elsewhere.example.invalid/")],
    "gone": [answered("/myself", "gone", 410, {}, text="has been removed")],
    "rate_limited": [
        answered("/myself", "rate_limited", 429, {}, retry_after="3", ratelimit_reason="jira-burst-based"),
        answered("/myself", "rate_limited", 429, {"retry_after": None, "html": True}, retry_after=None),
        *(
            answered("/myself", "rate_limited", 429, {"retry_after": value}, retry_after=str(value))
            for value in (-5, 10**9, "soon", "Wed, 21 Oct 2065 07:28:00 GMT")
        ),
    ],
    "server_error": [
        *(
            answered("/myself", "server_error", status, {"status": status}, retry_after=None, text="DOCTYPE")
            for status in (500, 502, 503, 504)
        ),
        answered("/myself", "server_error", 503, {"retry_after": 7, "body": "json"}, retry_after="7"),
        server_error_after_the_effect,
    ],
    "edge_page": [answered("/myself", "edge_page", 400, {}, content_type="text/html", text="Bad Request")],
    "conflict": [conflict],
    "read_only": [read_only(503), read_only(403), read_only(405)],
    "blank": [answered("/myself", "blank", 200, {}, content_type="application/json")],
    "status": [answered("/myself", "status", 206, {"status": 206, "body": "{}"}, text="{}")],
    "write_limits": [write_limits],
    "empty": [empty],
    "pages_shift": [pages_shift],
    "drop_ids": [drop_ids],
    "truncated": [truncated],
    "token_loop": [loop(form) for form in ("same", "alternate", "stale", "empty")],
    "poison_issue": [
        *(
            poison(form)
            for form in (
                "types", "null_fields", "no_fields", "no_id", "number_id", "bad_date", "nul", "long",
                "big_number", "not_object", "surrogate", "deep",
            )
        ),
        poison_alone,
    ],
    "foreign_issue": [foreign_issue],
    "duplicate_issue": [duplicate_issue],
    "gzip_bomb": [gzip_bomb],
    "deep_json": [deep_json],
    "huge_body": [huge_body],
    "wrong_encoding": [wrong_encoding],
    "bad_text": [bad_text(form) for form in ("utf8", "bom", "utf16", "cut", "nan", "twice", "html")],
    "wrong_type": [wrong_type],
    "many_headers": [many_headers],
    "foreign_links": [foreign_links],
    "reset": [breaks("reset", "reset", moved=False), breaks("reset", "reset", moved=True, effect=True)],
    "closed": [breaks("closed", "lost", moved=False)],
    "lost_response": [breaks("lost_response", "lost", moved=True)],
    "half_open": [
        breaks("half_open", "timeout", moved=False),
        breaks("half_open", "timeout", moved=True, effect=True),
        breaks("half_open", "lost", moved=False, seconds=0.05),
        half_open_does_not_hold_others_up,
    ],
    "cut_body": [cut_body],
    "slow": [slow],
    "anonymous": [anonymous],
    "revoke_token": [revoke_token],
    "colleague": [colleague],
    "automation": [automation],
    "index_lag": [index_lag],
    "clock_skew": [clock_skew],
    "date_header": [
        answered("/myself", "date_header", 200, {}, date="1970"),
        answered("/myself", "date_header", 200, {"value": "tomorrow"}, date="tomorrow"),
    ],
}  # fmt: skip
CASES = [
    pytest.param(check, id=f"{kind}-{place}")
    for kind, checks in CHECKS.items()
    for place, check in enumerate(checks)
]
