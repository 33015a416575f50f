"""PyPI `bugwarrior`: its own fetch of a person's open issues, as `bugwarrior pull` makes it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from expect import EMAIL, OPEN, TOKEN, URL, expect

taskrc = Path(tempfile.mkdtemp()) / "taskrc"
taskrc.touch()
os.environ["TASKRC"] = str(taskrc)

from bugwarrior.config.schema import MainSectionConfig  # noqa: E402 - it looks for the taskrc file when imported
from bugwarrior.services.jira import JiraConfig, JiraService  # noqa: E402 - likewise

base = {"service": "jira", "base_uri": URL, "username": EMAIL, "password": TOKEN, "target": "sandbox"}
main = MainSectionConfig(targets=["sandbox"], interactive=False)
for more in ({}, {"query": OPEN}, {"import_sprints_as_tags": True, "import_labels_as_tags": True}):
    service = JiraService(JiraConfig(**base, **more), main)
    issues = [issue.to_taskwarrior() for issue in service.issues()]
    expect(len(issues) > 30, "the open issues")
    expect(all(issue["jirasummary"] and issue["jiraurl"] for issue in issues), "summary and address")
