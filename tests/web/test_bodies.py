"""What is sent to the pages and is too much: each refusal is a page that says what to do, and nothing breaks."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from ekachit.config import LARGEST_BODY, UNREAD_BODY
from ekachit.web.errors import UNREAD

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.mark.parametrize(("code", "status"), [("too_large", 413), ("too_slow", 408), ("too_many", 503)])
def test_W10_what_the_server_did_not_read_is_told(client: Client, code: str, status: int) -> None:
    client.defaults[UNREAD_BODY] = code
    answer = client.post(SIGN_IN, {})
    assert answer.status_code == status
    assert str(UNREAD[code].title) in answer.content.decode()
    assert str(UNREAD[code].next_step) in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]


def test_W10_no_header_says_that_a_body_was_not_read(client: Client) -> None:
    assert client.get(SIGN_IN, headers={UNREAD_BODY: "too_large"}).status_code == 200


def test_W10_a_body_that_is_too_large_is_refused_whoever_serves(client: Client) -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == LARGEST_BODY
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        answer = client.post(SIGN_IN, "login=" + "x" * 200, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_W10_too_many_fields_are_refused(client: Client, kind: str) -> None:
    if kind.startswith("multipart"):
        part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
        answer = client.post(SIGN_IN, part * 1001 + "--x--\r\n", content_type=kind)
    else:
        answer = client.post(SIGN_IN, "a=b&" * 1001, content_type=kind)
    assert answer.status_code == 400
    assert "too many fields" in answer.content.decode()


@pytest.mark.parametrize("depth", [10, 2_000, 1_000_000])
def test_W10_json_that_is_nested_without_end_is_no_failure_of_ours(client: Client, depth: int) -> None:
    """The one place where pages take JSON: what a browser says of a passkey."""
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": "[" * depth + "]" * depth})
    assert answer.status_code == 302
    assert answer.headers["Location"] == SIGN_IN


@pytest.mark.parametrize("depth", [10, 2_000, 1_000_000])
def test_W10_json_of_somebody_signed_in_is_refused_too(browser_of_ada: Client, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    session = browser_of_ada.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    answer = browser_of_ada.post(reverse("mfa_add_webauthn"), {"credential": nested, "name": "a key"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
