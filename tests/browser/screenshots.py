"""Makes the pictures of the documentation: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SLOW_JIRA_MS = 900


def main() -> None:
    """Take every picture, in an installation of its own whose Jira is slow enough to be watched."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Installation(Path(folder), latency_ms=SLOW_JIRA_MS) as running,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        take_pictures(chromium, running.url)
        chromium.close()


def take_pictures(browser: Browser, url: str) -> None:
    """Walk from sign-up to the imported tasks, a picture at each screen."""
    ada = visitor(browser, url)
    ada.sign_up("ada@yourteam.dev")
    ada.go("/settings/jira/connect/")
    _take(ada, "connect")
    ada.go("/today/")
    ada.connect_sandbox()
    _take(ada, "projects")
    ada.start_import()
    expect(ada.page.get_by_text("Importing open issues")).to_be_visible(timeout=30_000)
    _take(ada, "import")
    ada.await_import()
    ada.page.reload()
    _take(ada, "connection")
    ada.page.get_by_role("link", name="Why is an issue not here?").click()
    ada.page.get_by_label("Key of the issue").fill("SEC-1")
    ada.page.get_by_role("button", name="Find out").click()
    expect(ada.page.locator("#answer")).to_be_visible()
    _take(ada, "why")
    ada.go("/today/")
    _take(ada, "today")
    ada.page.emulate_media(color_scheme="dark")
    _take(ada, "today-dark")
    ada.page.set_viewport_size({"width": 360, "height": 740})
    ada.page.emulate_media(color_scheme="light")
    _take(ada, "today-phone")


def _take(who: Visitor, name: str) -> None:
    who.page.mouse.move(0, 0)
    who.page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
