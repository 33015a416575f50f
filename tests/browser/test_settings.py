"""Settings in a real browser: colours without a flash, language, notifications by a click, the field mapping."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

pytestmark = pytest.mark.browser

SHOWN = "sessionStorage.getItem('shown')"
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(251, 251, 250)", "rgb(18, 20, 24)"


@pytest.fixture(scope="module")
def someone(installation: Installation, browser: Browser) -> Visitor:
    person = visitor(browser, installation.url)
    person.sign_up("settings@yourteam.dev")
    return person


def test_the_colours_chosen_outweigh_the_device_s_and_come_with_the_page(someone: Visitor) -> None:
    page = someone.page
    page.emulate_media(color_scheme="light")
    someone.go("/settings/")
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save appearance").click()
    expect(page.get_by_text("Pages look like this now.")).to_be_visible()
    assert page.evaluate(GROUND) == DARK
    # The very first answer says it: no script has to run, so nothing flashes.
    answer = page.request.get(f"{someone.url}/today/")
    assert 'data-theme="dark"' in answer.text()[:400]
    page.emulate_media(color_scheme="dark")
    page.get_by_label("Light").check()
    page.get_by_role("button", name="Save appearance").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_label("As the device has it").check()
    page.get_by_role("button", name="Save appearance").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "light")
    assert page.evaluate(GROUND) == DARK
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) == LIGHT
    assert someone.troubles == []


def test_the_language_changes_at_once_and_back(someone: Visitor, pictures: Path) -> None:
    page = someone.page
    someone.go("/settings/")
    page.get_by_label("Language", exact=True).select_option("es")
    page.get_by_role("button", name="Save appearance").click()
    expect(page.get_by_role("heading", name="Ajustes", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert someone.fits()
    page.screenshot(path=pictures / "settings-es-360.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Idioma", exact=True).select_option("")
    page.get_by_role("button", name="Guardar apariencia").click()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    assert someone.troubles == []


def test_days_off_are_added_and_removed_without_javascript(
    installation: Installation, browser: Browser
) -> None:
    person = visitor(browser, installation.url, width=360, script=False)
    person.sign_up("leave@yourteam.dev")
    person.go("/settings/")
    page = person.page
    page.get_by_label("First day off").fill("2040-12-24")
    page.get_by_label("Last day off (optional)").fill("2040-12-31")
    page.get_by_role("button", name="Add days off").click()
    expect(page.get_by_text("8 days off are added.")).to_be_visible()
    assert person.fits()
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_text("None ahead.")).to_be_visible()


def until(page: Page, condition: str) -> None:
    """Wait for what a page says to be so. Playwright's own way asks again by `eval`, which no page of ours lets."""
    deadline = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never so: {condition}"
        page.wait_for_timeout(100)


def test_notifications_are_asked_for_by_the_click_alone(installation: Installation, browser: Browser) -> None:
    person = visitor(browser, installation.url)
    page = person.page
    page.add_init_script(
        """window.asked = 0;
        window.Notification = class extends EventTarget {
          static permission = sessionStorage.getItem("leave") ?? "default";
          static requestPermission() {
            window.asked += 1;
            Notification.permission = window.answer ?? "denied";
            sessionStorage.setItem("leave", Notification.permission);
            return Promise.resolve(Notification.permission);
          }
          constructor(title, options) {
            super();
            sessionStorage.setItem("shown", (sessionStorage.getItem("shown") ?? "") + options.body + "|");
          }
        };"""
    )
    person.sign_up("told@yourteam.dev")
    person.go("/settings/")
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Show in the browser").click()
    expect(page.get_by_text("The browser did not allow it")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    page.evaluate("window.answer = 'granted'")
    page.get_by_role("button", name="Show in the browser").click()
    expect(page.get_by_text("New notices show outside the page too")).to_be_visible()
    # An import that is done is told; what was there before is not.
    person.go("/today/")
    expect(page.locator("html")).to_be_visible()
    until(page, "localStorage.getItem('ekachit-notices-after') !== null")
    person.connect_sandbox()
    person.start_import()
    person.await_import()
    person.go("/today/")
    # Whichever page was open when it was found shows it; no page shows it again.
    until(page, f"{SHOWN} !== null")
    told = page.evaluate(SHOWN)
    assert "The import from" in told
    page.reload()
    page.wait_for_timeout(500)
    assert page.evaluate(SHOWN) == told
    assert person.troubles == []


@pytest.mark.parametrize("width", [1280, 360])
def test_points_are_mapped_to_another_field(
    installation: Installation, browser: Browser, pictures: Path, width: int
) -> None:
    person = visitor(browser, installation.url, width=width)
    person.sign_up(f"mapping-{width}@yourteam.dev")
    person.connect_sandbox()
    person.start_import()
    person.await_import()
    page = person.page
    page.get_by_role("link", name="Points missing, or another field in a project?").click()
    expect(page.get_by_role("heading", name="Field mapping", exact=True)).to_be_visible()
    page.screenshot(path=pictures / f"mapping-{width}.png", full_page=True)
    assert person.fits()
    field = page.locator(".fields li").filter(has=page.locator(".samples > span:not(.sr, .none)")).last
    name = str(field.locator("label > span").first.evaluate("it => it.firstChild.textContent.trim()"))
    field.get_by_role("radio").check()
    page.get_by_role("button", name="Use this field").click()
    expect(page.get_by_text("Every issue is read anew")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Everywhere"))).to_contain_text(name)
    page.get_by_role("link", name="See all").click()
    expect(page.get_by_text("all on the allowed list")).to_be_visible()
    page.get_by_label("Why").select_option(label="values of number fields in your own issues")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("values of number fields in your own issues")
    assert person.fits()
    page.screenshot(path=pictures / f"ledger-{width}.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("at,method,path,why,")
    assert "Basic " not in text
    assert person.troubles == []
