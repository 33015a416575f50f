"""The access ledger and the receipts."""

from __future__ import annotations

from django.test import Client

from ekachit.connections.models import Connection
from ekachit.sync.models import PassState
from tests.web.making import make_pass, make_record


def test_the_ledger_shows_each_request_newest_first_by_pages(
    browser_of_ada: Client, connection: Connection
) -> None:
    for number in range(60):
        make_record(connection, why=f"reason {number};")
    address = f"/settings/jira/{connection.pk}/access/"
    first = browser_of_ada.get(address).text
    assert "reason 59;" in first
    assert "reason 9;" not in first
    assert 'href="?page=2"' in first
    assert "reason 9;" in browser_of_ada.get(f"{address}?page=2").text


def test_a_page_that_is_none_shows_a_near_one(browser_of_ada: Client, connection: Connection) -> None:
    make_record(connection)
    for page in ("0", "99", "x"):
        assert browser_of_ada.get(f"/settings/jira/{connection.pk}/access/?page={page}").status_code == 200


def test_a_refused_request_shows_why(browser_of_ada: Client, connection: Connection) -> None:
    make_record(connection, status=429, error="rate_limited", count=None)
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/access/").text
    assert "429" in page
    assert "too many requests" in page


def test_receipts_show_what_each_pass_did(browser_of_ada: Client, connection: Connection) -> None:
    make_pass(connection, is_import=True, created=8, notes=["PAY-9: <b>could not be read</b>"])
    make_pass(connection, PassState.FAILED, code="timeout")
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/receipts/").text
    assert "Import" in page
    assert "Jira did not answer in time." in page
    assert "PAY-9: &lt;b&gt;" in page
