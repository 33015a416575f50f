"""The board by keys and by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.installation import Installation
from tests.browser.test_focus import with_own_tasks

pytestmark = pytest.mark.browser


def test_cards_move_by_keys_and_by_hand(installation: Installation, browser: Browser) -> None:
    someone = with_own_tasks(browser, installation.url, "board", "Beta", "Alpha")
    page = someone.page
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page).to_have_url(f"{someone.url}/board/")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("l")
    progress = page.locator("[data-column=in_progress]")
    expect(progress.locator("li.row")).to_contain_text("Alpha")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-column=done] li.row")).to_contain_text("Alpha")
    page.keyboard.press("h")
    expect(progress.locator("li.row")).to_contain_text("Alpha")
    page.locator("[data-column=todo] li.row").drag_to(
        progress.locator("h2"), source_position={"x": 160, "y": 6}
    )
    expect(progress.locator("li.row")).to_have_count(2)
    page.reload()
    expect(progress.locator("li.row")).to_have_count(2)
    assert someone.troubles == []
