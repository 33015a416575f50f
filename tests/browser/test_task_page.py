"""The page of a task in a real browser: two windows on one task, lines ticked in place, notes saved by a key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.installation import Installation
from tests.browser.test_focus import with_own_tasks

pytestmark = pytest.mark.browser


def test_an_edit_in_two_windows_loses_nothing(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "two-edits", "Write the plan")
    page = someone.page
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Write the plan")).to_be_visible()
    context = browser.new_context(storage_state=page.context.storage_state())
    other = context.new_page()
    other.goto(page.url)
    other.get_by_role("textbox", name="Notes").fill("theirs, from the other window")
    other.get_by_role("textbox", name="Notes").press("Control+Enter")
    expect(other.locator("#notes .written")).to_have_text("theirs, from the other window")
    page.get_by_role("textbox", name="Notes").fill("mine, written at the same time")
    page.get_by_role("textbox", name="Notes").press("Control+Enter")
    expect(page.get_by_text("This was changed meanwhile, in another window.")).to_be_visible()
    expect(page.locator("#notes .stored")).to_have_text("theirs, from the other window")
    expect(page.get_by_label("As you wrote them")).to_have_value("mine, written at the same time")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#notes .written")).to_have_text("mine, written at the same time")


def test_lines_are_added_and_ticked_in_place(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "lines", "Write the plan")
    page = someone.page
    page.get_by_role("link", name="Write the plan").click()
    page.get_by_label("New line").fill("First part")
    page.keyboard.press("Enter")
    tick = page.get_by_role("checkbox", name="First part")
    expect(tick).not_to_be_checked()
    tick.click()
    expect(tick).to_be_checked()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.locator("#history")).to_contain_text("You started the timer.")
    assert someone.troubles == []
