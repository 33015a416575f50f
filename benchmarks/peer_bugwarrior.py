"""The fetch of bugwarrior 2.1.0, in an environment of its own: `python peer_bugwarrior.py URL EMAIL TOKEN VERSION`.

Version 4 of its setting leaves the comments out. Prints seconds, requests and issues as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Fetch once and print what it took."""
    url, email, token, version = sys.argv[1:]
    taskrc = Path(tempfile.mkdtemp()) / "taskrc"
    taskrc.touch()
    os.environ["TASKRC"] = str(taskrc)  # looked for when bugwarrior is imported
    schema: Any = importlib.import_module("bugwarrior.config.schema")
    jira: Any = importlib.import_module("bugwarrior.services.jira")
    sessions: Any = importlib.import_module("requests.sessions")
    sent = 0
    plain = sessions.Session.send

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal sent
        sent += 1
        return plain(*args, **kwargs)

    sessions.Session.send = counting
    main_section = schema.MainSectionConfig(targets=["bench"], interactive=False)
    config = jira.JiraConfig(
        service="jira", base_uri=url, username=email, password=token, target="bench", version=int(version)
    )
    began = time.perf_counter()
    issues = list(jira.JiraService(config, main_section).issues())
    wall = time.perf_counter() - began
    sys.stdout.write(json.dumps({"wall": wall, "requests": sent, "issues": len(issues)}) + "\n")


if __name__ == "__main__":
    main()
