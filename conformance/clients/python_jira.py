"""PyPI `jira`: signs in, searches page by page, walks a transition and gets a refusal."""

from __future__ import annotations

from expect import EMAIL, OPEN, TOKEN, URL, expect
from jira import JIRA, JIRAError

for version in ("2", "3", "latest"):
    client = JIRA(URL, basic_auth=(EMAIL, TOKEN), options={"rest_api_version": version}, max_retries=0)
    expect(client._is_cloud, "to be taken for Cloud")  # noqa: SLF001 - the client has no public way to ask
    expect(client.myself()["emailAddress"] == EMAIL, "myself to be the account")
    expect(len(client.fields()) > 20, "fields")
    keys = {project.key for project in client.projects()}
    expect({"PAY", "WEB", "APP"} <= keys, "the seeded projects")
    expect(client.project("PAY").name == "Payments", "a project by key")
    expect(
        client.priorities() and client.statuses() and client.resolutions() and client.issue_types(), "lists"
    )
    short = client.enhanced_search_issues(
        OPEN, maxResults=10, fields="summary,status,subtasks,parent,priority"
    )
    expect(len(short) == 10 and short.nextPageToken, "a page of 10 and a token")
    every = client.enhanced_search_issues(OPEN, maxResults=False, fields="*all")
    expect(len(every) > 30 and len({issue.id for issue in every}) == len(every), "all pages, no issue twice")
    count = client.approximate_issue_count(OPEN.partition(" ORDER")[0])
    expect(count == len(every), "the count to agree")
    expect(any(issue.fields.subtasks for issue in every), "sub-tasks")

issue = next(found for found in every if found.key.startswith("PAY-"))
for name in ("In Progress", "Done", "To Do"):
    client.transition_issue(issue, name)
    expect(client.issue(issue.key).fields.status.name == name, f"the status {name}")
refused = next(found for found in every if found.key.startswith("RISK-"))
try:
    client.transition_issue(refused, "Done")
except JIRAError as error:
    expect(
        error.status_code == 400 and "Field Resolution is required." in error.text, "the validator's refusal"
    )
else:
    expect(None, "the validator to refuse")
try:
    JIRA(URL, basic_auth=(EMAIL, "bad"), max_retries=0).myself()
except JIRAError as error:
    expect(error.status_code == 401, "401 for a wrong token")
else:
    expect(None, "a wrong token to be refused")
