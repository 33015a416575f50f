"""The receipts."""

from __future__ import annotations

from django.test import Client

from ekachit.connections.models import Connection
from ekachit.sync.models import PassState
from tests.web.making import make_pass


def test_receipts_show_what_each_pass_did(browser_of_ada: Client, connection: Connection) -> None:
    make_pass(connection, is_import=True, created=8, notes=["PAY-9: <b>could not be read</b>"])
    make_pass(connection, PassState.FAILED, code="timeout")
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/receipts/").text
    assert "Import" in page
    assert "Jira did not answer in time." in page
    assert "PAY-9: &lt;b&gt;" in page
