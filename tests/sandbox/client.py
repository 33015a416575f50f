from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN


@dataclass
class Answer:
    status: int
    headers: Message
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        return self.raw.decode()


class Client:
    """A plain client: no retries, no redirects of its own, and it shows what came back."""

    def __init__(
        self, url: str, email: str | None = DEMO_EMAIL, token: str = DEMO_TOKEN, api: str = "/rest/api/3"
    ) -> None:
        self.url, self.email, self.token, self.api = url, email, token, api

    def using(
        self, email: str | None = DEMO_EMAIL, token: str = DEMO_TOKEN, api: str | None = None
    ) -> Client:
        return Client(self.url, email, token, api or self.api)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> Answer:
        sent = {"Content-Type": "application/json"}
        if self.email is not None:
            pair = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
            sent["Authorization"] = f"Basic {pair}"
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an address on this machine
            self.url + path, raw, sent | (headers or {}), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - likewise
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path: str, **query: object) -> Answer:
        return self.send("GET", self.api + path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: object) -> Answer:
        return self.send("POST", self.api + path, body)

    def search(self, jql: str, **terms: object) -> Answer:
        return self.post("/search/jql", {"jql": jql, **terms})

    def keys(self, jql: str, **terms: object) -> list[str]:
        answer = self.search(jql, fields=["key"], maxResults=5000, **terms)
        assert answer.status == 200, answer.text
        return [issue["key"] for issue in answer.json["issues"]]

    def control(self, **change: object) -> Answer:
        return self.send("POST", "/__sandbox__/", change)
