"""axe-core over every page, light and dark, at a desk's and a phone's width: nothing serious or critical."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Browser, expect

from ekachit.web.urls import urlpatterns
from tests.browser.axe_core import AxeError, findings, source
from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.axe]

STRANGERS = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no/such/page/")
ACCOUNT = (
    *("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"),
    "/accounts/logout/",
)
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 360)]
# Addresses that are no page of their own: what is sent to them, and the parts of a page that it asks for by itself.
PARTS = {
    *("today_rows", "board_columns", "jira_line", "progress", "notices_new", "focus"),
    "task_lines",
    *("access_download", "history_download"),
}


@pytest.fixture(scope="module")
def _axe() -> None:
    try:
        source()
    except AxeError as trouble:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"axe-core: {trouble}")


@pytest.fixture(scope="module")
def someone(_axe: None, installation: Installation, browser: Browser) -> Visitor:
    """Somebody with their issues on Today, a task of their own, and one that runs."""
    person = visitor(browser, installation.url)
    person.sign_up("axe@yourteam.dev")
    assert_clean(person, "/today/")
    assert_clean(person, "/settings/jira/")
    person.connect_sandbox()
    assert_clean(person)
    person.start_import()
    person.await_import()
    return person


def assert_clean(person: Visitor, path: str = "", *, without: Sequence[str] = ()) -> None:
    """Look at a page in each of its looks."""
    if path:
        person.go(path)
    page, wrong = person.page, list[str]()
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900 if width > 500 else 740})
        wrong += [
            f"{path or page.url} {scheme} {width}: {found}" for found in findings(page, without=without)
        ]
        if not person.fits():
            wrong.append(f"{path or page.url} {scheme} {width} is wider than its window")
    page.set_viewport_size({"width": 1280, "height": 900})
    if wrong:
        raise AssertionError("\n".join(wrong))


def own_pages(person: Visitor) -> dict[str, str]:
    """The address of each page by the name that it has among ours."""
    page = person.page
    person.go("/settings/jira/")
    here = str(page.locator("a.button[href*='/settings/jira/']").last.get_attribute("href"))
    person.go(here)
    two_way = str(page.locator("a.switch[href*=two-way]").first.get_attribute("href"))
    person.go("/today/")
    row = str(page.locator("li.row").first.get_attribute("id"))
    task = f"/tasks/{row.removeprefix('task-')}/"
    plain = ("today", "board", "insights", "settings", "help", "notices", "outbox")
    below = ("projects", "token", "disconnect", "access", "receipts", "why", "mapping")
    return {
        **{name: f"/{name}/" for name in plain},
        **{name: f"{here}{name}/" for name in below},
        "home": "/",
        "set_aside": "/set-aside/",
        "history_csv": "/insights/history/",
        "jira": "/settings/jira/",
        "jira_connect": "/settings/jira/connect/",
        "connection": here,
        "two_way": two_way,
        "task": task,
        "task_selection": "/tasks/select/",
    }


def looked_at(patterns: Iterable[object]) -> Iterator[str]:
    """The name of each of our addresses that answers to GET."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from looked_at(each.url_patterns)
        elif isinstance(each, URLPattern) and each.name and "GET" in methods(each.callback):
            yield each.name


def methods(view: Any) -> list[str]:
    """What a view allows: Django's `require_http_methods` keeps its list in the closure."""
    while view is not None:
        cells = [cell.cell_contents for cell in view.__closure__ or ()]
        listed = [each for each in cells if isinstance(each, list) and {"GET", "POST"} & set(each)]
        if listed:
            return list(listed[0])
        view = getattr(view, "__wrapped__", None)
    return ["GET"]


@pytest.mark.usefixtures("_axe")
@pytest.mark.parametrize("path", STRANGERS)
def test_a_stranger_s_page_keeps_nobody_out(installation: Installation, browser: Browser, path: str) -> None:
    assert_clean(visitor(browser, installation.url), path)


def test_every_page_keeps_nobody_out(someone: Visitor) -> None:
    pages = own_pages(someone)
    unseen = set(looked_at(urlpatterns)) - set(pages) - PARTS
    assert unseen == set(), "pages that this test does not look at"
    wrong = []
    for path in [*pages.values(), *ACCOUNT]:
        try:
            assert_clean(someone, path)
        except AssertionError as found:
            wrong.append(str(found))
    if wrong:
        raise AssertionError("\n".join(wrong))


def test_what_opens_on_a_page_keeps_nobody_out(someone: Visitor) -> None:
    page = someone.page
    someone.go("/today/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_clean(someone)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert_clean(someone)
    page.keyboard.press("Escape")
    page.locator(".status summary").first.click()
    # What lies under an open menu is not to be pressed just now.
    assert_clean(someone, without=["target-size"])
    someone.go("/settings/")
    page.get_by_label("Work ends").fill("09:00")
    page.get_by_role("button", name="Save working time").click()
    expect(page.get_by_text("Work ends when it begins.")).to_be_visible()
    assert_clean(someone)


def test_a_running_session_keeps_nobody_out(someone: Visitor) -> None:
    page = someone.page
    someone.go("/today/")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert_clean(someone)
