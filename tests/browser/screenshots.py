"""Makes the pictures of the documentation: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SLOW_JIRA_MS = 900
EMAIL = "ada@yourteam.dev"


def main() -> None:
    """Take every picture: the import where Jira is slow enough to be watched, the rest with half a year of work."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        with Installation(Path(folder) / "slow", latency_ms=SLOW_JIRA_MS) as running:
            take_import(chromium, running.url)
        with Installation(Path(folder) / "worked") as running:
            take_pages(chromium, running)
        chromium.close()


def take_import(browser: Browser, url: str) -> None:
    """Walk from sign-up to an import under way, a picture at each screen."""
    ada = visitor(browser, url)
    ada.go("/")
    _take(ada, "home")
    ada.sign_up(EMAIL)
    ada.go("/settings/jira/connect/")
    _take(ada, "connect")
    ada.go("/today/")
    ada.connect_sandbox()
    _take(ada, "projects")
    ada.start_import()
    expect(ada.page.get_by_text("Importing open issues")).to_be_visible(timeout=30_000)
    _take(ada, "import")


def take_pages(browser: Browser, running: Installation) -> None:
    """Bring in the issues, make half a year of work, and take every page."""
    ada = visitor(browser, running.url)
    ada.sign_up(EMAIL)
    ada.connect_sandbox()
    ada.start_import()
    ada.await_import()
    _work_half_a_year(running.home)
    page = ada.page
    for name in ("today", "board", "insights", "settings", "help", "notices"):
        ada.go(f"/{name}/")
        _take(ada, name)
    ada.go("/today/")
    page.locator("li.row.running a.what").click()
    page.wait_for_url("**/tasks/*/")
    _take(ada, "task")
    ada.go("/settings/jira/")
    page.locator(".connection-card a.button").first.click()
    page.wait_for_url("**/settings/jira/*/")
    _take(ada, "connection", whole=True)
    here = page.url
    page.locator("a.switch[href*=two-way]").first.click()
    page.wait_for_url("**/two-way/")
    _take(ada, "two-way")
    for name in ("mapping", "access", "receipts"):
        page.goto(f"{here}{name}/")
        _take(ada, name)
    page.goto(f"{here}why/")
    page.get_by_label("Key of the issue").fill("SEC-1")
    page.get_by_role("button", name="Find out").click()
    expect(page.locator("#answer")).to_be_visible()
    _take(ada, "why")
    page.emulate_media(color_scheme="dark")
    for name in ("today", "insights"):
        ada.go(f"/{name}/")
        _take(ada, f"{name}-dark")
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="light")
    ada.go("/today/")
    _take(ada, "today-phone")


def _work_half_a_year(home: Path) -> None:
    """Give the person finished tasks with the hours that they took, as a history that was brought in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"EKACHIT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ekachit.settings"}
    subprocess.run(  # noqa: S603 # our own command
        [sys.executable, "-m", "tests.browser.half_a_year", EMAIL],
        env=environment,
        check=True,
        cwd=Path(__file__).parents[2],
    )


def _take(who: Visitor, name: str, *, whole: bool = False) -> None:
    who.page.mouse.move(0, 0)
    who.page.wait_for_timeout(400)  # charts are drawn, and nothing moves any more
    who.page.screenshot(path=IMAGES / f"{name}.png", full_page=whole)
    sys.stdout.write(f"docs/images/{name}.png\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
