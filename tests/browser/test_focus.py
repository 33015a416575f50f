"""The timer in real browsers: by keyboard from sign-in to Jira, in two windows at once, and on a small screen."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.browser.installation import Installation
from tests.browser.journey import PASSWORD, Visitor, visitor
from tests.browser.test_daily import imported
from tests.browser.test_two_way import switch_on

pytestmark = pytest.mark.browser


def with_own_tasks(browser: Browser, url: str, name: str, *titles: str, **window: object) -> Visitor:
    """Somebody with tasks of their own on Today, the last one on top."""
    someone = visitor(browser, url, **window)  # type: ignore[arg-type] # the window's own settings, passed on
    someone.sign_up(f"{name}@yourteam.dev")
    someone.page.wait_for_load_state()
    for title in titles:
        write_down(someone.page, title)
    return someone


def write_down(page: Page, title: str, estimate: str = "2h") -> None:
    page.keyboard.press("n")
    expect(page.get_by_label("What")).to_be_focused()
    page.keyboard.type(title)
    page.get_by_label("Estimate (optional)").fill(estimate)
    page.keyboard.press("Enter")
    expect(page.locator("li.row").filter(has_text=title)).to_be_visible()
    page.keyboard.press("Escape")


def status_in_jira(browse_address: str) -> str:
    """The status category that the sandbox Jira itself has for an issue."""
    origin, _, key = browse_address.partition("/browse/")
    asked = urllib.request.Request(f"{origin}/rest/api/3/issue/{key}?fields=status")  # noqa: S310 # loopback
    proof = base64.b64encode(f"{DEMO_EMAIL}:{DEMO_TOKEN}".encode()).decode()
    asked.add_header("Authorization", f"Basic {proof}")
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 # loopback
        return str(json.load(answer)["fields"]["status"]["statusCategory"]["key"])


def clock(page: Page) -> str:
    return page.locator("#focus .clock").inner_text()


def test_by_keyboard_from_sign_in_to_jira(installation: Installation, browser: Browser) -> None:
    first = imported(browser, installation.url, "keyboard-focus")
    switch_on(first, "PAY")
    first.page.get_by_role("button", name="Switch on").click()
    expect(first.page.get_by_text("Two-way is on for PAY.")).to_be_visible()
    someone = visitor(browser, installation.url)
    page = someone.page
    someone.go("/accounts/login/")
    someone.tab_to("login")
    page.keyboard.type("keyboard-focus@yourteam.dev")
    someone.tab_to("password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{someone.url}/today/")
    page.wait_for_load_state()
    page.keyboard.press("/")
    page.keyboard.type("pay")
    page.keyboard.press("Enter")
    row = str(page.evaluate("document.activeElement.id"))
    issue = str(page.locator(f"#{row} a.key").get_attribute("href"))
    page.keyboard.press(" ")
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.locator(f"#{row}")).to_have_class(re.compile("running"))
    assert page.evaluate("document.activeElement.id") == row
    page.keyboard.press("x")
    expect(page.get_by_role("timer")).to_be_hidden()
    expect(page.locator(f"section[data-group=done] #{row}")).to_be_visible()
    expect(page.locator(f"#{row}").get_by_text("waiting for Jira")).to_be_hidden(timeout=30_000)
    assert status_in_jira(issue) == "done"
    assert someone.troubles == []


def test_a_start_in_one_window_shows_in_the_other(installation: Installation, browser: Browser) -> None:
    one = with_own_tasks(browser, installation.url, "two-windows", "Write the plan")
    context = browser.new_context(
        storage_state=one.page.context.storage_state(), viewport={"width": 1280, "height": 900}
    )
    two = context.new_page()
    two.goto(f"{installation.url}/today/")
    one.page.keyboard.press("j")
    one.page.keyboard.press(" ")
    expect(one.page.get_by_role("timer")).to_be_visible()
    expect(two.get_by_role("timer")).to_be_visible(timeout=20_000)
    expect(two.locator("section[data-group=in_progress] li.row.running")).to_be_visible()
    two.get_by_role("button", name="Pause", exact=True).first.click()
    expect(two.locator("#focus").get_by_role("button", name="Resume")).to_be_visible()
    # Whoever comes back to a window need not wait for its next round.
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.page.locator("#focus").get_by_role("button", name="Resume")).to_be_visible()
    assert one.troubles == []


def test_the_clock_ticks_and_survives_a_reload(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "clock", "Write the plan")
    page = someone.page
    page.locator("li.row .go").click()
    expect(page.locator("#focus .clock")).to_have_text("00:00:02", timeout=5_000)
    page.reload()
    assert clock(page) >= "00:00:02"
    page.keyboard.press(" ")
    expect(page.locator("#focus").get_by_role("button", name="Resume")).to_be_visible()
    stood = clock(page)
    page.wait_for_timeout(1_500)
    assert clock(page) == stood
    page.keyboard.press(" ")
    expect(page.locator("#focus").get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press(" ")
    expect(page.locator("#focus").get_by_role("button", name="Pause")).to_be_visible()
    assert someone.troubles == []


def test_a_task_without_a_session_is_asked_about_quietly(
    installation: Installation, browser: Browser
) -> None:
    someone = with_own_tasks(browser, installation.url, "took", "Write the plan")
    page = someone.page
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_label("Write the plan is done. How long did it take?").fill("45")
    page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("Is 45 hours or minutes?")
    page.get_by_label("Write the plan is done. How long did it take?").fill("45m")
    page.keyboard.press("Enter")
    expect(page.locator("li.row.done")).to_contain_text("took 45m")
    expect(page.get_by_text("How long did it take?")).to_be_hidden()
    assert someone.troubles == []


def test_the_order_is_changed_by_keys_and_by_hand(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "order", "Three", "Two", "One")
    page = someone.page
    names = page.locator("li.row .what")
    expect(names).to_have_text(["One", "Two", "Three"])
    page.keyboard.press("j")
    page.keyboard.press("Alt+ArrowDown")
    expect(names).to_have_text(["Two", "One", "Three"])
    assert page.evaluate("document.activeElement.querySelector('.what').textContent") == "One"
    page.keyboard.press("Shift+J")
    expect(names).to_have_text(["Two", "Three", "One"])
    rows = page.locator("li.row")
    rows.nth(2).drag_to(rows.nth(0), source_position={"x": 400, "y": 8}, target_position={"x": 400, "y": 4})
    expect(names).to_have_text(["One", "Two", "Three"])
    page.reload()
    expect(names).to_have_text(["One", "Two", "Three"])
    assert someone.troubles == []


def test_the_filter_is_at_once_and_in_the_address(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "filter", "Alpha", "Beta")
    page = someone.page
    page.keyboard.press("/")
    page.keyboard.type("alp")
    expect(page.locator("li.row:visible .what")).to_have_text(["Alpha"])
    expect(page).to_have_url(f"{someone.url}/today/?q=alp")
    page.reload()
    expect(page.locator("li.row:visible .what")).to_have_text(["Alpha"])
    page.get_by_label("Title or key").fill("nothing")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("li.row:visible")).to_have_count(2)
    expect(page).to_have_url(f"{someone.url}/today/")
    assert someone.troubles == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit(
    installation: Installation, browser: Browser, pictures: Path, width: int, scheme: str
) -> None:
    someone = imported(browser, installation.url, f"fits-{scheme}-{width}", width=width, scheme=scheme)
    page = someone.page
    page.locator("li.row .go").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    task = str(page.locator("li.row.running .what").get_attribute("href"))
    for path, name in (
        ("/today/", "today-running"),
        ("/board/", "board"),
        (task, "task"),
        ("/today/?new=1", "new"),
    ):
        someone.go(path)
        page.wait_for_timeout(200)
        assert someone.fits(), path
        page.screenshot(path=pictures / f"{name}-{scheme}-{width}.png", full_page=True)
    assert someone.troubles == []


def test_it_works_without_a_script(installation: Installation, browser: Browser) -> None:
    someone = imported(browser, installation.url, "no-script", script=False)
    page = someone.page
    page.locator("li.row .go").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.locator("#focus").get_by_role("button", name="Pause").click()
    expect(page.locator("#focus").get_by_role("button", name="Resume")).to_be_visible()
    page.locator("summary", has_text="Task").click()
    page.get_by_label("What").fill("By hand")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="By hand").click()
    page.get_by_role("textbox", name="Notes").fill("- one")
    page.locator("#notes").get_by_role("button", name="Save").click()
    expect(page.locator("#notes li")).to_have_text("one")
    page.get_by_role("group", name="Status").get_by_role("button", name="Done").click()
    page.get_by_label("By hand is done. How long did it take?").fill("20m")
    page.locator("#focus").get_by_role("button", name="Save").click()
    expect(page.locator("#history")).to_contain_text("You typed that it took 20m.")
