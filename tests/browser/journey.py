"""The ways people take through the pages, and what is watched on every one."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

PASSWORD = "a long enough phrase"
IMPORT_SECONDS = 60_000


@dataclass
class Visitor:
    """A person with a browser of their own; `troubles` is what the browser complained of."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_up(self, email: str) -> None:
        self.go("/accounts/signup/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign up").click()
        expect(self.page).to_have_url(f"{self.url}/today/")

    def connect_sandbox(self) -> None:
        self.page.get_by_role("link", name="Connect Jira").click()
        self.page.get_by_role("button", name="Try it with the sandbox Jira").click()
        expect(self.page.get_by_role("heading", name="Projects")).to_be_visible()

    def start_import(self) -> None:
        self.page.get_by_role("button", name="Start import").click()
        expect(self.page.get_by_role("heading", name="Jira", exact=True)).to_be_visible()

    def await_import(self) -> None:
        expect(self.page.get_by_text("Import complete")).to_be_visible(timeout=IMPORT_SECONDS)

    def fits(self) -> bool:
        """Whether the page is no wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def tab_to(self, name: str) -> None:
        """Press Tab until the control with this text, name or address has the focus."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(
                "((it) => [it.name, it.textContent.trim(), it.getAttribute('href')])(document.activeElement)"
            )
            if name in at:
                return
        raise AssertionError(f"Tab never reaches {name!r}")


def visitor(
    browser: Browser, url: str, *, width: int = 1280, scheme: str = "light", script: bool = True
) -> Visitor:
    """Open a browser window for somebody who was never here."""
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 500 else 740},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
        timezone_id="Europe/Berlin",
        locale="en-GB",
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    someone = Visitor(page, url)
    page.on(
        "console",
        lambda message: (
            someone.troubles.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    page.on("pageerror", lambda error: someone.troubles.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
    )
    return someone
