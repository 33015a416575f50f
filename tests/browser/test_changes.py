"""What an answer changes in the page is what the page would show if it came anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Visitor
from tests.browser.test_daily import imported
from tests.browser.test_focus import write_down
from tests.browser.test_two_way import switch_on

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000
# The page as it is, and as the server would draw it now. Left out is what goes on by itself (the clock), what the hand
# did to the page (menus), the forms' tokens, and the likely ranges: an answer does not learn, a page drawn anew does.
BOTH = """async () => {
  const parts = ["#focus", "#plan", "#today", "#board", "#sending", "#none-shown"];
  const said = (page) => parts.map((name) => {
    const part = page.querySelector(name)?.cloneNode(true);
    if (!part) return "";
    const left = ".status > div, .checklist > div, .clock, input[type=hidden]";
    for (const each of part.querySelectorAll(left)) each.remove();
    for (const each of part.querySelectorAll(".estimate small")) if (each.textContent.includes("–")) each.remove();
    for (const each of [part, ...part.querySelectorAll("[class]")]) {
      each.setAttribute("class", (each.getAttribute("class") ?? "").replace(/htmx-\\S+|drawn/g, "").trim());
    }
    for (const each of part.querySelectorAll("[draggable]")) each.removeAttribute("draggable");
    return part.outerHTML.replace(/ · likely [^<]*/, "").replace(/\\s+/g, " ").replace(/> </g, "><");
  });
  const answer = await fetch(window.location.href);
  return [said(document), said(new DOMParser().parseFromString(await answer.text(), "text/html"))];
}"""


def compare(page: Page) -> None:
    """Wait until nothing is on its way, and compare the page with itself drawn anew."""
    expect(page.locator("#sending[hx-get]")).to_have_count(0, timeout=PATIENCE_MS)
    here, fresh = page.evaluate(BOTH)
    for mine, wanted in zip(here, fresh, strict=True):
        assert mine == wanted


def told(page: Page, words: str) -> None:
    """Wait for what is told of an action, and compare; the same words may be told of the next one."""
    expect(page.locator("#told")).to_contain_text(words)
    compare(page)
    page.evaluate("document.getElementById('told').textContent = ''")


def row(page: Page, group: str, place: int = 0) -> Locator:
    """A row that is seen, found anew by its id: it may come anew or go elsewhere."""
    found = page.locator(f"[data-group={group}] li.row:visible, [data-column={group}] li.row:visible").nth(
        place
    )
    return page.locator(f"#{found.get_attribute('id')}")


def prepared(installation: Installation, browser: Browser) -> Visitor:
    someone = imported(browser, installation.url, "changes")
    switch_on(someone, "PAY")
    someone.page.get_by_role("button", name="Switch on").click()
    someone.go("/today/")
    return someone


def start_and_pause(page: Page) -> None:
    write_down(page, "By hand")
    told(page, "is on your list")
    row(page, "todo").locator(".go").click()
    told(page, "The timer runs on")
    expect(page.locator("[data-group=in_progress]")).to_contain_text("By hand")
    row(page, "todo", 2).locator(".go").click()
    told(page, "The timer runs on")
    page.locator("#focus .toggle").click()
    told(page, "Paused")
    page.locator("#focus .toggle").click()
    told(page, "The timer runs on")
    page.locator("#focus").get_by_role("button", name="Done").click()
    told(page, "is done.")


def order_and_finish(page: Page) -> None:
    row(page, "todo", 3).focus()
    page.keyboard.press("Alt+ArrowDown")
    told(page, "is moved")
    page.keyboard.press("K")
    told(page, "is moved")
    page.keyboard.press("x")
    told(page, "is done.")
    page.get_by_role("textbox", name="How long did it take?").fill("20m")
    page.locator("#focus").get_by_role("button", name="Save").click()
    told(page, "took 20m")
    choose(row(page, "done"), "To Do")
    told(page, "is to do.")


def act_in_a_filter(page: Page) -> None:
    page.get_by_label("Title or key").fill("by hand")
    mine = row(page, "in_progress")
    for status, words in (("Done", "is done."), ("In Progress", "is in progress."), ("To Do", "is to do.")):
        choose(mine, status)
        told(page, words)


def choose(found: Locator, status: str) -> None:
    found.locator(".status summary").click()
    found.get_by_role("button", name=status, exact=True).click()


def act_on_the_board(page: Page) -> None:
    row(page, "todo").focus()
    for key, words in (
        ("l", "is in progress."),
        (" ", "The timer runs on"),
        ("l", "is done."),
        ("h", "is in progress."),
    ):
        page.keyboard.press(key)
        told(page, words)


def test_what_comes_of_an_action_is_the_page_anew(installation: Installation, browser: Browser) -> None:
    someone = prepared(installation, browser)
    page = someone.page
    wholes: list[str] = []
    page.on("request", lambda asked: wholes.append(asked.url) if "whole=1" in asked.url else None)
    compare(page)
    start_and_pause(page)
    order_and_finish(page)
    act_in_a_filter(page)
    someone.go("/board/")
    act_on_the_board(page)
    assert wholes == []
    assert someone.troubles == []


def test_what_was_done_elsewhere_comes_with_the_next_action(
    installation: Installation, browser: Browser
) -> None:
    someone = imported(browser, installation.url, "elsewhere")
    page = someone.page
    context = browser.new_context(
        storage_state=page.context.storage_state(), viewport={"width": 1280, "height": 900}
    )
    two = context.new_page()
    two.goto(f"{installation.url}/today/")
    write_down(two, "From the other window")
    row(two, "todo", 4).focus()
    two.keyboard.press("x")
    expect(two.locator("#told")).to_contain_text("is done.")
    page.evaluate("window.scrollTo(0, 200)")
    row(page, "todo", 1).locator(".go").click()
    expect(page.locator("#told")).to_contain_text("The timer runs on")
    expect(page.locator("[data-group=todo]")).to_contain_text("From the other window")
    expect(page.locator("[data-group=done] li.row")).to_have_count(1)
    compare(page)
    assert someone.troubles == []
