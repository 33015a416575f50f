"""The line about Jira on pages that stay open."""

from __future__ import annotations

from django.test import Client

from ekachit.connections.models import Connection
from ekachit.sync.models import PassState
from tests.web.making import make_pass

ADDRESS = "/settings/jira/line/"
HTMX = {"HX-Request": "true"}


def test_I17_an_open_page_asks_for_the_line_again(  # noqa: N802 # the property's id
    browser_of_ada: Client, connection: Connection
) -> None:
    make_pass(connection)
    page = browser_of_ada.get("/settings/").text
    assert f'<div id="jira-line" hx-get="{ADDRESS}" hx-trigger="every 60s" hx-swap="outerHTML">' in page
    part = browser_of_ada.get(ADDRESS, headers=HTMX).text
    assert part.startswith('<div id="jira-line" hx-get=')
    assert 'class="dot ok"' in part
    make_pass(connection, PassState.FAILED, code="timeout")
    part = browser_of_ada.get(ADDRESS, headers=HTMX).text
    assert 'class="dot trouble"' in part
    assert "Jira did not answer in time." in part
    assert f'href="/settings/jira/{connection.pk}/"' in part


def test_the_line_alone_is_not_a_page(browser_of_ada: Client, client: Client) -> None:
    assert browser_of_ada.get(ADDRESS).headers["Location"] == "/settings/jira/"
    assert client.get(ADDRESS, headers=HTMX).status_code in {200, 302}
    assert browser_of_ada.post(ADDRESS).status_code == 405


def test_without_a_connection_there_is_no_line(browser_of_ada: Client) -> None:
    assert "jira-line" in browser_of_ada.get(ADDRESS, headers=HTMX).text
    assert 'class="dot' not in browser_of_ada.get(ADDRESS, headers=HTMX).text
