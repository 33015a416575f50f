"""How long Today takes, at the server and under the hand: `make bench-web`.

The server's part is taken in its own process beside a bare view with one query; the browser's part in Chromium over
loopback, from the key or click to the frame that shows what came of it.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.report import machine, publish, say, table
from benchmarks.scene import result_of
from tests.browser.installation import Installation

TIMES = 20
GOAL_MS = 100
# Waits for the frame after which a selector is there, from the moment that an event was seen.
WATCH = """([kind, shown]) => {
  window.took = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${kind}: ${shown} never came`)), 30000);
    document.addEventListener(kind, () => {
      const began = performance.now();
      const look = () => {
        if (!document.querySelector(shown)) return requestAnimationFrame(look);
        requestAnimationFrame(() => resolve(performance.now() - began));
      };
      look();
    }, { once: true, capture: true });
  });
}"""
# A row that was out of sight had no content to move: Chromium counts it all the same when it comes into view.
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      const moved = each.sources.some((source) => source.previousRect.height > 0);
      if (moved) window.shifts.push([each.value, each.hadRecentInput]);
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


def main() -> None:
    """Measure, and write what was found into the documentation."""
    with tempfile.TemporaryDirectory(prefix="ekachit-bench-") as folder:
        home = Path(folder) / "var"
        say("Making 10,000 tasks")
        made = _inside(home, "prepare")
        say("Today beside a bare view")
        server = _inside(home, "measure")
        say("Chromium")
        with Installation(home) as running:
            browser = _browser(running.url, made)
    publish("bench-web", f"{machine()}\n\n{_server_table(server)}\n\n{_browser_table(browser)}")


def _inside(home: Path, what: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"EKACHIT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ekachit.settings"}
    return result_of("benchmarks.web_inside", what, environment=environment)


def _browser(url: str, made: dict[str, Any]) -> dict[str, Any]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": made["cookie"], "value": made["session"], "url": url}])
        page = context.new_page()
        page.add_init_script(f"({SHIFTS})()")
        page.goto(f"{url}/today/", wait_until="load")
        page.wait_for_timeout(500)
        loading = page.evaluate("window.shifts.reduce((sum, [value]) => sum + value, 0)")
        result = {
            "start": _times(page, "click", _start),
            "done": _times(page, "keydown", _done),
            "filter": _times(page, "input", _filter),
            "loading": loading,
            "acting": page.evaluate(
                "window.shifts.filter(([, recent]) => !recent).reduce((sum, [value]) => sum + value, 0)"
            ),
        }
        chromium.close()
        return result


def _times(page: Page, kind: str, act: Callable[[Page, int], tuple[str, Callable[[], None]]]) -> list[float]:
    times = []
    for number in range(TIMES + 2):
        shown, do = act(page, number)
        page.evaluate(WATCH, [kind, shown])
        do()
        times.append(float(page.evaluate("window.took")))
        page.wait_for_timeout(60)
    return times[2:]  # the first ones fill caches


def _start(page: Page, number: int) -> tuple[str, Callable[[], None]]:
    row = page.locator("section[data-group=todo] li.row:not(.running)").nth(number % 5)
    name = row.get_attribute("id")
    return f"#{name}.running", row.locator("button.go").click


def _done(page: Page, number: int) -> tuple[str, Callable[[], None]]:
    row = page.locator("section[data-group=todo] li.row").nth(10 + number % 5)
    name = row.get_attribute("id")
    row.focus()
    return f"section[data-group=done] #{name}", lambda: page.keyboard.press("x")


def _filter(page: Page, number: int) -> tuple[str, Callable[[], None]]:
    # With real keys: to the browser, what a script fills in is nobody's doing.
    page.locator("#filter-text").focus()
    if number % 2:
        return "body:not(:has(li.row[hidden]))", lambda: page.keyboard.press("Backspace")
    return "li.row[hidden]", lambda: page.keyboard.press(str(number // 2 % 10))


def _server_table(found: dict[str, Any]) -> str:
    today, bare = found["today"], found["bare"]
    lines = [
        ["Today, 500 open of 10,000 tasks", str(found["queries"]), *_ms(today), _kb(found)],
        ["a bare view with one query, no middleware", "1", *_ms(bare), ""],
        ["ratio", "", f"{today['median'] / bare['median']:.1f}", f"{today['p99'] / bare['p99']:.1f}", ""],
    ]
    head = ["server", "queries", "median", "p99", "size"]
    start = found["start"]
    lines.append(["the answer to a start on that page", "", *_ms(start["times"]), _kb(start)])
    told = (
        f"{found['rows']} rows a page; {found['pages']} pages of each, in turn; {found['cpu']:.0f} ms of CPU a pair. "
        f"{start['answers']} starts, one after the other; {start['cpu']:.0f} ms of CPU each."
    )
    return f"{told}\n\n{table(head, lines)}"


def _ms(times: dict[str, float]) -> tuple[str, str]:
    return f"{times['median']:.1f} ms", f"{times['p99']:.1f} ms"


def _kb(found: dict[str, Any]) -> str:
    return f"{found['bytes'] / 1024:.0f} KiB, {found['gzip'] / 1024:.0f} KiB gzipped"


def _browser_table(found: dict[str, Any]) -> str:
    words = {
        "start": "start a session by the row's button",
        "done": "complete a task by `x`",
        "filter": "filter by typing",
    }
    lines = []
    for name, what in words.items():
        times = sorted(found[name])
        lines.append(
            [
                what,
                f"{statistics.median(times):.0f} ms",
                f"{times[int(0.95 * (len(times) - 1))]:.0f} ms",
                f"{times[-1]:.0f} ms",
                f"{GOAL_MS} ms",
            ]
        )
    head = ["browser, 500 rows", "median", "p95", "worst", "goal"]
    shift = f"Layout shift: {found['loading']:.4f} while loading, {found['acting']:.4f} in all without a hand's doing."
    return f"{table(head, lines)}\n\n{shift}"


if __name__ == "__main__":
    main()
