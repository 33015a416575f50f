"""Issues made up for measuring: as many as are asked for, all of one person, in three projects."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

EMAIL = "bench@example.invalid"
PROJECTS = ("ALPHA", "BETA", "GAMMA")
KINDS = ("Story", "Bug", "Task")
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
STATUSES = ("To Do", "To Do", "In Progress")
WORDS = (
    "import", "export", "login", "report", "invoice", "search", "cache", "index", "page", "button", "queue",
    "retry", "timeout", "header", "field", "filter", "board", "column", "price", "currency", "address", "e-mail",
    "reminder", "token", "session", "upload", "preview", "archive", "restore", "merge",
)  # fmt: skip
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def write_records(path: Path, number: int) -> None:
    """Write so many open issues, the same each time, in the sandbox's reduced form."""
    dice = random.Random(number)  # noqa: S311 - believable data, not secrets
    with path.open("w", encoding="utf-8") as file:
        for place in range(number):
            project = PROJECTS[place % len(PROJECTS)]
            made = FIRST_DAY + timedelta(minutes=place)
            record = {
                "title": f"{project}-{place // len(PROJECTS) + 1}",
                "summary": " ".join(dice.choices(WORDS, k=dice.randint(4, 14))).capitalize(),
                "type": dice.choice(KINDS),
                "priority": dice.choice(PRIORITIES),
                "status": dice.choice(STATUSES),
                "resolution": None,
                "date": made.isoformat(),
                "updated": (made + timedelta(days=dice.randint(0, 300))).isoformat(),
                "project": {"key": project, "title": f"The {project.capitalize()} project"},
                "assignee": EMAIL,
            }
            file.write(json.dumps(record) + "\n")
