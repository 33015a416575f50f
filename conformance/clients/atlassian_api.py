"""PyPI `atlassian-python-api`: signs in, lists, searches with page tokens, walks a transition."""

from __future__ import annotations

from atlassian import Jira
from expect import EMAIL, OPEN, TOKEN, URL, expect

client = Jira(url=URL, username=EMAIL, password=TOKEN, cloud=True)
expect(client.myself()["emailAddress"] == EMAIL, "myself to be the account")
expect({"PAY", "APP"} <= {project["key"] for project in client.projects()}, "the seeded projects")
expect(len(client.get_all_fields()) > 20, "fields")
found: dict[str, dict[str, object]] = {}
token, pages = None, 0
while True:
    page = client.enhanced_jql(OPEN, fields="summary,status", limit=10, nextPageToken=token)
    found |= {issue["id"]: issue for issue in page["issues"]}
    pages += 1
    token = page.get("nextPageToken")
    if not token:
        break
expect(len(found) > 30 and pages > 3, "all pages")
key = next(issue["key"] for issue in found.values() if str(issue["key"]).startswith("PAY-"))
client.set_issue_status(key, "In Progress")
expect(client.get_issue_status(key) == "In Progress", "the new status")
expect(client.get_issue(key)["fields"]["summary"], "an issue with its fields")
expect(len(client.get_issue_transitions(key)) == 3, "three transitions")
