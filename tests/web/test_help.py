"""Help, where the common troubles are and the way out of each."""

from __future__ import annotations

import re

from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, State
from tests.web.conftest import SignIn

ADDRESS = "/help/"


def test_each_trouble_has_its_mend_and_the_way_to_it(browser_of_ada: Client, connection: Connection) -> None:
    page = browser_of_ada.get(ADDRESS).text
    here = f"/settings/jira/{connection.pk}/"
    for trouble, words, address in (
        ("auth", "a year at most", "https://id.atlassian.com/manage-profile/security/api-tokens"),
        ("auth", "the password of the Atlassian account changes", f"{here}token/"),
        ("missing", "Is its project picked?", f"{here}projects/"),
        ("missing", "open issues only", f"{here}why/"),
        ("status", "Choose the value there once", "/outbox/"),
        ("points", "choose it in the field mapping", f"{here}mapping/"),
    ):
        section = page.partition(f'aria-labelledby="{trouble}"')[2].partition("</section>")[0]
        assert words in section
        assert f'href="{address}"' in section


def test_every_address_on_it_leads_somewhere(browser_of_ada: Client, connection: Connection) -> None:
    page = browser_of_ada.get(ADDRESS).text
    main = page.partition("<main")[2].partition("</main>")[0]
    anchors = set(re.findall(r'href="#([\w-]+)"', main))
    assert anchors
    assert anchors <= set(re.findall(r'id="([\w-]+)"', page))
    own = {each for each in re.findall(r'href="(/[^"#]*)', main) if "mapping" not in each}
    assert len(own) > 4
    for address in own:
        assert browser_of_ada.get(address).status_code == 200


def test_who_cannot_use_a_connection_is_led_to_none(
    browser_of_ada: Client, connection: Connection, freda: User, sign_in: SignIn, outsider: Client
) -> None:
    assert f"/settings/jira/{connection.pk}/" not in outsider.get(ADDRESS).text
    assert "Connect Jira first" in sign_in(freda).get(ADDRESS).text
    Connection.objects.update(state=State.DISCONNECTED)
    assert f"/settings/jira/{connection.pk}/" not in browser_of_ada.get(ADDRESS).text


def test_a_stranger_signs_in_first(client: Client, db: None) -> None:
    assert client.get(ADDRESS).status_code == 302
