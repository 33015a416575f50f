"""Issues as a public Jira Cloud exports them, made up: nulls, odd blanks, every alphabet, statuses of all categories."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DONE = frozenset({"Done", "Closed", "Resolved", "Won't Fix"})
STARTED = frozenset({"In Progress", "Pull Request"})
STATUSES = (
    "Open",
    "To Do",
    "Reopened",
    "In Progress",
    "Pull Request",
    "Closed",
    "Done",
    "Resolved",
    "Won't Fix",
)
WEIGHTS = (30, 8, 6, 5, 5, 30, 8, 4, 4)
PRIORITIES = ("Blocker", "Critical", "Major", "Minor", "Trivial", "High", None)
TYPES = ("Bug", "Task", "Improvement", "Sub-task", "New Feature", "Epic", "Sub-issue")
TITLES = (
    "Login fails after the token is renewed",
    'Search for <b>bold</b> & "quoted" text',
    "  Blanks before and   inside ",
    "修复结算页面的金额显示错误",
    "Ünïcödé: שלום, мир, 🎉 and a zero-width\u200bjoint",
    "null",
    "It's {{ not }} a {% template %}",
    "C:\\path\\to\\file and a tab\there",
    "x" * 255,
)
PEOPLE = ("user-0a", "user-0b", "user-0c", None)


def write(path: Path, count: int = 520) -> list[dict[str, Any]]:
    """Write `count` made-up issues as JSON lines, and return them."""
    dice = random.Random(20260101)  # noqa: S311 # the same issues each time
    made = [_record(dice, number) for number in range(1, count + 1)]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in made), encoding="utf-8")
    return made


def _record(dice: random.Random, number: int) -> dict[str, Any]:
    project = dice.choice(("ALPHA", "BETA", "GAMMA2", "INT"))
    status = dice.choices(STATUSES, WEIGHTS)[0]
    return {
        "title": f"{project}-{number}",
        "summary": f"{dice.choice(TITLES)} {number}"[:255] if dice.random() < 0.8 else dice.choice(TITLES),
        "type": dice.choice(TYPES),
        "priority": dice.choice(PRIORITIES),
        "status": status,
        "resolution": "Fixed" if status in DONE else None,
        "date": f"2019-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T08:15:30.123-0400",
        "updated": f"2020-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T23:59:59.999+0530",
        "project": {"key": project, "title": f"Project {project}"},
        "parent": None,
        "subtasks": None,
        "assignee": dice.choices(PEOPLE, (6, 2, 2, 2))[0],
    }


def read(path: Path) -> list[dict[str, Any]]:
    """The issues of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def busiest(records: Iterable[dict[str, Any]]) -> str:
    """The assignee with most open issues."""
    opened = Counter(each["assignee"] for each in records if each["assignee"] and each["status"] not in DONE)
    return str(opened.most_common(1)[0][0])


def shown_title(summary: str) -> str:
    """A summary as one line: tabs and line ends become blanks, and blanks round it go."""
    return "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in summary)


def expected(records: Iterable[dict[str, Any]], assignee: str) -> dict[str, tuple[str, str, str, str | None]]:
    """What an import brings, straight from the file: key → (title, status, Jira's status, priority)."""
    return {
        each["title"]: (
            shown_title(each["summary"]),
            "in_progress" if each["status"] in STARTED else "todo",
            each["status"],
            each["priority"],
        )
        for each in records
        if each["assignee"] == assignee and each["status"] not in DONE
    }
