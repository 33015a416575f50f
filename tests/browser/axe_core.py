"""axe-core, as npm installs it apart from the product, and what it finds on a page."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent / "axe"
FOLDER = Path(__file__).parents[2] / "build" / "axe"
SOURCE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
INSTALL_SECONDS = 180
# What is nobody's taste: these keep people out.
GRAVE = frozenset({"serious", "critical"})
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class AxeError(Exception):
    """axe-core cannot be had here; the text says why, with the mend."""


@cache
def source() -> str:
    """Return axe-core's own source, installed at the version of the lock file at first use.

    Raises:
        AxeError: there is no npm, or it could not install.
    """
    lock = HERE / "package-lock.json"
    kept = FOLDER / lock.name
    if not SOURCE.exists() or not kept.exists() or kept.read_bytes() != lock.read_bytes():
        if shutil.which("npm") is None:
            raise AxeError("there is no npm on this machine (Debian: apt-get install npm)")
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, FOLDER / name)
        install = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(  # noqa: S603 # our own command
            install,
            cwd=FOLDER,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS,
        )
        if done.returncode:
            raise AxeError(f"npm could not install axe-core: {done.stdout[-500:]}{done.stderr[-500:]}")
    return SOURCE.read_text(encoding="utf-8")


def findings(page: Page, *, without: Sequence[str] = ()) -> list[str]:
    """Return what axe-core finds serious or critical on the page as it is now: rule, place, and its own words.

    `without` are rules that make no sense just now.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(source())
    found: list[dict[str, Any]] = page.evaluate(
        "([tags, without]) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'],"
        " rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}]))}).then(found => found.violations)",
        [WCAG, list(without)],
    )
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
