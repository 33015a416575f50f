"""Two-way in a real browser: switched on after a look ahead, a refusal read, a value chosen once, and off it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

pytestmark = pytest.mark.browser
# How long it really takes is measured by `make bench-push`; here it only has to come.
PATIENCE_MS = 20_000


def prepared(browser: Browser, url: str, email: str) -> Visitor:
    """Somebody whose issues are imported."""
    someone = visitor(browser, url)
    someone.sign_up(email)
    someone.connect_sandbox()
    someone.start_import()
    someone.await_import()
    return someone


def switch_on(someone: Visitor, key: str) -> None:
    page = someone.page
    someone.go("/settings/")
    page.get_by_role("link", name="Manage").first.click()
    page.get_by_role("link", name=f"Two-way for {key}").click()
    expect(page.get_by_role("heading", name="Two-way")).to_be_visible()
    page.get_by_role("button", name="What would happen now").click()
    expect(page.get_by_role("heading", name="What would happen now")).to_be_visible()


def row_of(page: Page, key: str, group: str) -> Locator:
    section = page.locator("section.group").filter(has=page.get_by_role("heading", name=group))
    whole = re.compile(rf"^{re.escape(key)}(?!\d)" if key[-1].isdigit() else rf"^{re.escape(key)}")
    return section.locator("li.row").filter(has=page.locator("a.key", has_text=whole))


def give(row: Locator, status: str) -> None:
    """Choose a status in the row's menu."""
    row.locator("details.status summary").click()
    row.get_by_role("button", name=status, exact=True).click()


def test_a_done_that_needs_a_resolution_is_told_chosen_once_and_goes(
    installation: Installation, browser: Browser, pictures: Path
) -> None:
    someone = prepared(browser, installation.url, "two-way@yourteam.dev")
    page = someone.page

    def look(screen: str) -> None:
        """Take the screen wide and narrow, light and dark."""
        for width, scheme in ((360, "dark"), (360, "light"), (1280, "dark"), (1280, "light")):
            page.set_viewport_size({"width": width, "height": 900 if width > 500 else 740})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert someone.fits(), f"{screen} at {width}"
            page.screenshot(path=pictures / f"{screen}-{scheme}-{width}.png", full_page=True)

    switch_on(someone, "OPS")
    look("two-way-preview")
    expect(page.get_by_text("would be refused").first).to_contain_text("needs “Resolution”")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Two-way is on for OPS.")).to_be_visible()
    page.get_by_role("link", name="Jira", exact=True).first.click()
    look("projects-table")

    someone.go("/today/")
    key = row_of(page, "OPS-", "To do").first.locator("a.key").inner_text().split()[0]
    give(row_of(page, key, "To do"), "Done")
    chip = row_of(page, key, "To do").locator("a.chip", has_text="Jira refused")
    expect(chip).to_have_text("Jira refused: needs “Resolution”", timeout=PATIENCE_MS)
    look("today-refused")
    chip.click()
    expect(page.get_by_text("only together with a value for “Resolution”")).to_be_visible()
    look("outbox-refused")
    page.get_by_label("Resolution").select_option("Done")
    page.get_by_role("button", name="Use for this project, and send").click()
    done = row_of(page, key, "Done today")
    expect(done).to_be_visible()
    expect(done.locator(".jira-status")).to_contain_text("Closed", timeout=PATIENCE_MS)
    expect(done.locator("a.chip")).to_have_count(0, timeout=PATIENCE_MS)
    look("today-settled")

    other = row_of(page, "OPS-", "To do").first.locator("a.key").inner_text().split()[0]
    give(row_of(page, other, "To do"), "Done")
    settled = row_of(page, other, "Done today")
    expect(settled.locator(".jira-status")).to_contain_text("Closed", timeout=PATIENCE_MS)
    assert someone.troubles == []


def test_many_at_once_go_with_progress(installation: Installation, browser: Browser) -> None:
    someone = prepared(browser, installation.url, "bulk@yourteam.dev")
    page = someone.page
    switch_on(someone, "PAY")
    page.get_by_role("button", name="Switch on").click()
    someone.go("/today/")
    page.get_by_role("link", name="Select several").click()
    page.get_by_label("Filter tasks").fill("PAY-")
    page.get_by_role("button", name="Pick all").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("tasks are changed.")).to_be_visible()
    rows = row_of(page, "PAY-", "Done today")
    expect(page.locator("a.chip", has_text="waiting for Jira")).to_have_count(0, timeout=20_000)
    assert rows.count() > 5
    for place in range(rows.count()):
        expect(rows.nth(place).locator(".jira-status")).to_contain_text("Done")
    assert someone.troubles == []
