"""Every endpoint of the sandbox through Prism, which answers with a problem of its own where one fails.

Prism marks what it refuses by a `type` that begins with https://stoplight.io/prism/errors.
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlencode

from expect import EMAIL, OPEN, TOKEN, URL, expect

AUTHORIZATION = "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
API = f"{URL}/rest/api/3"
failures: list[str] = []


def call(method: str, path: str, body: object = None, *, status: int = 200, **query: object) -> object:
    """One request; its decoded answer. What Prism refuses, or another status, is noted as a failure."""
    address = f"{API}{path}?{urlencode(query)}" if query else API + path
    request = urllib.request.Request(  # noqa: S310 - an address on this machine
        address,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": AUTHORIZATION,
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
        method=method,
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
            got, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        got, raw = error.code, error.read()
    decoded = json.loads(raw) if raw else None
    if got != status or (isinstance(decoded, dict) and "prism/errors" in str(decoded.get("type"))):
        failures.append(f"{method} {address} {json.dumps(body)}: {got} {raw[:1500].decode()}")
    return decoded


for path in (
    "/myself",
    "/serverInfo",
    "/field",
    "/status",
    "/statuscategory",
    "/priority",
    "/issuetype",
    "/resolution",
):
    call("GET", path)
call("GET", "/project")
call("GET", "/project/search", maxResults=3, action="browse", orderBy="name")
call("GET", "/project/search", startAt=3, maxResults=50, query="p")
for key in ("PAY", "WEB", "OPS", "RISK", "APP", "ZFPT", "DATA"):
    call("GET", f"/project/{key}")
    call("GET", f"/project/{key}/statuses")
call("GET", "/project/NOPE", status=404)

found: list[dict[str, object]] = []
token = None
while True:
    terms = {"jql": OPEN, "fields": ["*all"], "maxResults": 25, "reconcileIssues": [10001, 10002]}
    page = call("POST", "/search/jql", terms | ({"nextPageToken": token} if token else {}))
    if not isinstance(page, dict) or "issues" not in page:
        break
    found += page["issues"]
    token = page.get("nextPageToken")
    if not token:
        break
expect(len(found) > 30 or failures, "all open issues")
call("POST", "/search/jql", {"jql": OPEN, "expand": "names,schema", "fields": ["*navigable", "-status"]})
call("POST", "/search/jql", {"jql": OPEN, "fields": ["summary", "customfield_10016", "customfield_10026"]})
call("POST", "/search/jql", {"jql": OPEN})
call("GET", "/search/jql", jql=OPEN, maxResults=5, fields="summary,status")
call("POST", "/search/approximate-count", {"jql": "project = PAY"})
for wrong in ("", "ORDER BY key", "project = NOPE", "INT = 3", "summary ~", "key in (", "nothing = 1"):
    call("POST", "/search/jql", {"jql": wrong}, status=400)

for issue in found:
    key = str(issue["key"])
    call("GET", f"/issue/{key}")
    call("GET", f"/issue/{key}", fields="summary,status")
    call("GET", f"/issue/{key}/comment")
    call("GET", f"/issue/{issue['id']}/transitions", expand="transitions.fields")
call("GET", "/issue/NOPE-1", status=404)
key = next(str(issue["key"]) for issue in found if str(issue["key"]).startswith("OPS-"))
call("POST", f"/issue/{key}/transitions", {"transition": {"id": "77"}}, status=400)
call("POST", f"/issue/{key}/transitions", {"transition": {"id": "5"}}, status=400)
fields = {"resolution": {"name": "Done"}}
call("POST", f"/issue/{key}/transitions", {"transition": {"id": "5"}, "fields": fields}, status=204)
call("GET", f"/issue/{key}")

if failures:
    print(f"{len(failures)} answers do not fit the document; the first ones:")
    sys.exit("\n".join(failures[:8]))
