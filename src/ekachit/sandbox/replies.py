"""An answer, whichever door it leaves by: the HTTP server, or a call inside the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
TROUBLE: Final = "ekachit.trouble"
"""Where the start of an ASGI answer carries its `Trouble`, for the server to play on the wire."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong on the wire, so that no answer, or not the whole of it, arrives.

    reset: the connection is reset. lost: it is closed without an answer. half_open: it stays open for
    `seconds` and nothing comes. cut: `keep` of the body comes, though more was announced. slow: `piece`
    bytes every `seconds`. flood: `size` bytes of body without an announced length.
    """

    kind: Literal["reset", "lost", "half_open", "cut", "slow", "flood"]
    seconds: float = 0.0
    piece: int = 1
    keep: float = 0.5
    size: int = 0
    in_headers: bool = False
    """Of slow: the headers come so, and never end."""


@dataclass(slots=True)
class Reply:
    """An answer. With a `trouble` that lets none arrive, the status is 0."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    trouble: Trouble | None = None


def json_reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer with the content type that Jira Cloud sends."""
    return Reply(status, msgspec.json.encode(value), {"Content-Type": JSON, **(headers or {})})


def html_reply(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An HTML page."""
    return Reply(status, page.encode(), {"Content-Type": HTML, **(headers or {})})


def text_reply(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A plain text."""
    return Reply(status, text.encode(), {"Content-Type": TEXT, **(headers or {})})


def error(status: int, message: str) -> Reply:
    """An error with one message, in the body that Jira gives errors."""
    return json_reply({"errorMessages": [message], "errors": {}}, status)
