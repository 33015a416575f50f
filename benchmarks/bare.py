"""The bare requests that the product's are measured against: with aiohttp, the same fields, decoded, nothing stored."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec

from ekachit.jira.jql import assigned_open

API = "/rest/api/3"
PAGE = 100


class Bare:
    """Asks what the product asks. `requests` and `issues` count."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.requests = 0
        self.issues = 0
        self._session = session
        self._url = os.environ["BENCH_SITE"] + API
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(os.environ["BENCH_EMAIL"], os.environ["BENCH_TOKEN"]),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return the decoded answer; None where it has no body."""
        self.requests += 1
        async with self._session.request(
            method, self._url + path, headers=self._headers, json=body, allow_redirects=False
        ) as answer:
            read = await answer.read()
            if not answer.ok:
                raise RuntimeError(f"{method} {path}: {answer.status}")
            return msgspec.json.decode(read) if read else None

    async def prove(self) -> None:
        """Ask who asks."""
        await self.ask("GET", "/myself")

    async def pages(self, projects: Sequence[str], fields: Sequence[str]) -> None:
        """Read every page of the list, one after the other."""
        body: dict[str, object] = {
            "jql": assigned_open(projects),
            "fields": [*fields, "assignee"],
            "maxResults": PAGE,
        }
        while True:
            page = await self.ask("POST", "/search/jql", body)
            self.issues += len(page["issues"])
            if page.get("isLast"):
                return
            body["nextPageToken"] = page["nextPageToken"]

    async def move(self, issue_id: str, category: str, fields: Sequence[str]) -> None:
        """Read an issue and its transitions, and make the first one to a status of the category."""
        asked = ",".join([*fields, "assignee"])
        await self.ask("GET", f"/issue/{issue_id}?fields={asked}&expand=changelog")
        seen = await self.ask("GET", f"/issue/{issue_id}/transitions?expand=transitions.fields")
        ways = [each for each in seen["transitions"] if each["to"]["statusCategory"]["key"] == category]
        await self.ask("POST", f"/issue/{issue_id}/transitions", {"transition": {"id": ways[0]["id"]}})
