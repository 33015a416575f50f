"""Half a year of one developer on the sandbox: the number is learned, suggested, taken, and everything follows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
EMAIL = "half-year@yourteam.dev"
TASKS = 60


def play(installation: Installation, email: str, what: str, first: int, end: int) -> None:
    """Let the person of the story live a part of her half-year in this installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"EKACHIT_HOME": str(installation.home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.half_year.play", email, what, str(first), str(end)]
    said = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 # our own command
    assert said.returncode == 0, said.stderr


def settled(browser: Browser, installation: Installation, email: str) -> Visitor:
    """Somebody with the issues of the half-year on Today, none of them begun."""
    someone = visitor(browser, installation.url)
    someone.sign_up(email)
    someone.connect_sandbox()
    play(installation, email, "issues", 0, TASKS)
    someone.start_import()
    someone.await_import()
    return someone


def hours_left(page: Page) -> int:
    text = page.locator("#forecast .answer").inner_text()
    found = re.search(r"([\d,]+)h of estimates left", text)
    assert found, text
    return int(found[1].replace(",", ""))


def test_the_number_is_learned_suggested_taken_and_all_follows(
    installation: Installation, browser: Browser, pictures: Path
) -> None:
    someone = settled(browser, installation, EMAIL)
    page = someone.page
    someone.go("/insights/")
    expect(page.get_by_text("Ekachit knows yours")).to_be_visible()
    play(installation, EMAIL, "work", 0, 8)
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^Your number: "))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Use"))).to_have_count(0)

    first, upper = 8, 30
    while first < upper and not page.get_by_role("button", name=re.compile("^Use")).count():
        play(installation, EMAIL, "work", first, first + 2)
        first += 2
        page.reload()
    offer = page.get_by_role("button", name=re.compile(r"^Use \d"))
    expect(offer).to_be_visible()
    assert 10 <= first <= 24, first
    someone.go("/notices/")
    expect(page.get_by_text(re.compile(r"finished tasks speak for \d"))).to_be_visible()

    someone.go("/today/")
    row = page.locator("li.row.todo").filter(has_text=re.compile(r"\d+h–\d+h")).first
    name = row.get_attribute("id")
    estimate = row.locator(".estimate").inner_text()
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(f"{someone.url}/insights/")
    before = hours_left(page)
    page.screenshot(path=pictures / "insights-suggested.png", full_page=True)
    offer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"One point is [\d.]+ hours now\."))).to_be_visible()
    expect(page.get_by_role("heading", name="Past suggestions")).to_be_visible()
    assert hours_left(page) > before
    someone.go("/today/")
    assert page.locator(f"#{name} .estimate").inner_text() != estimate

    play(installation, EMAIL, "work", first, 48)
    someone.go("/insights/")
    expect(page.get_by_text(re.compile(r"\d+ of \d+ tasks fell in their 80 % range"))).to_be_visible()
    expect(page.get_by_text("tasks left out")).to_be_visible()
    assert someone.troubles == []
    page.screenshot(path=pictures / "insights.png", full_page=True)
    page.reload()  # a picture leaves empty style attributes behind, which HTMX would copy and the policy refuse
    moves_at_once(page)
    a_project_counts_for_all(page)
    looks_well(someone, pictures)


def moves_at_once(page: Page) -> None:
    """The slider and dropping a task re-flow the forecast, without another page."""
    answer = page.locator("#forecast .answer")
    before = answer.inner_text()
    slider = page.get_by_label("If a point took")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("PageUp")
    expect(answer).to_contain_text("instead of")
    assert answer.inner_text() != before
    expect(page.locator("#forecast canvas")).to_be_visible()
    page.locator("#moves summary").click()
    page.locator("#moves input[type=checkbox]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#moves tr.is-dropped")).to_have_count(1)
    expect(page.locator("#moves input[type=checkbox]").first).to_be_focused()


def a_project_counts_for_all(page: Page) -> None:
    """Another project brings every card anew, its charts drawn, and the forecast with them."""
    project = page.get_by_role("combobox", name="Project")
    project.focus()
    project.select_option("PAY")
    expect(page.locator("#learned > p")).to_contain_text("all that follows is of PAY alone")
    expect(page.get_by_role("heading", name="Your open work in PAY will be done by")).to_be_visible()
    expect(page.get_by_role("heading", name="Your number in PAY: ")).to_be_visible()
    for chart in ("chances", "curve", "actual"):
        expect(page.locator(f"figure[data-chart={chart}] canvas")).to_be_visible()
    expect(project).to_be_focused()


def looks_well(someone: Visitor, pictures: Path) -> None:
    page = someone.page
    assert someone.troubles == []
    page.screenshot(path=pictures / "insights-project.png", full_page=True)
    page.reload()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            assert someone.fits(), (scheme, width)
            page.screenshot(path=pictures / f"insights-{scheme}-{width}.png", full_page=True)
    assert someone.troubles == []


def test_the_tables_are_there_without_javascript(installation: Installation, browser: Browser) -> None:
    email = "half-year-plain@yourteam.dev"
    someone = visitor(browser, installation.url, script=False)
    someone.sign_up(email)
    someone.go("/insights/")
    expect(someone.page.get_by_text("There is no open work to forecast.")).to_be_visible()
    expect(someone.page.locator("canvas")).to_have_count(0)
    someone.go("/insights/history/")
    rows = "".join(f"2026-0{1 + place // 20}-{1 + place % 20:02},3,points,8\n" for place in range(30))
    file = {
        "name": "old.csv",
        "mimeType": "text/csv",
        "buffer": f"date,estimate,unit,actual_hours\n{rows}".encode(),
    }
    someone.page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type] # its own dictionary of three
    someone.page.get_by_role("button", name="Look at it").click()
    expect(someone.page.get_by_role("heading", name="30 finished tasks would come in")).to_be_visible()
    someone.page.get_by_role("button", name="Bring them in").click()
    expect(someone.page.get_by_text("30 finished tasks were brought in.")).to_be_visible()
    expect(someone.page.get_by_role("button", name=re.compile(r"^Use 2\.\d"))).to_be_visible()
    someone.page.get_by_text("As a table").first.click()
    expect(someone.page.get_by_role("row", name=re.compile("^Learned"))).to_be_visible()
