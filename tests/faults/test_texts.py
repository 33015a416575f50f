"""X and U: texts that take for ever, and what a refusal tells of the network inside."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import importlib
import pkgutil
import re
import socket
import time
from typing import Any

import pytest

import ekachit
from ekachit.accounts.models import User
from ekachit.connections import actions
from ekachit.connections.errors import ConnectError

LONG = 20_000
# What makes an expression with two ways to read one text try all of them.
PARTS = (
    "a",
    "0",
    " ",
    "-",
    "\\",
    "/",
    "%",
    "<",
    "[",
    "a1",
    "a-",
    "A-1 ",
    "=&",
    "\\u0000",
    ". ",
    "x@x.",
    "**",
    "\n",
)
NASTY = tuple(part * (LONG // len(part)) + end for part in PARTS for end in ("!", "\x00"))
MOST_SECONDS = 1.0


def expressions() -> dict[str, re.Pattern[Any]]:
    """Every expression that a module of ours keeps, by where it is."""
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(ekachit.__path__, "ekachit.")
        if not each.name.endswith(("__main__", ".wsgi"))
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


def seconds_for(pattern: re.Pattern[Any]) -> float:
    """How long an expression works at the worst of the nasty texts."""
    worst = 0.0
    for text in NASTY:
        data = text.encode() if isinstance(pattern.pattern, bytes) else text
        began = time.process_time()
        pattern.search(data)
        pattern.fullmatch(data)
        worst = max(worst, time.process_time() - began)
    return worst


def test_X13_no_expression_takes_for_ever_on_any_text() -> None:
    found = expressions()
    assert len(found) > 20
    slow = {name: took for name, pattern in found.items() if (took := seconds_for(pattern)) > MOST_SECONDS}
    assert slow == {}


def test_X13_one_that_does_would_be_seen() -> None:
    began = time.process_time()
    assert re.fullmatch(r"(a|a)*b", "a" * 20) is None
    assert time.process_time() - began > 0.05


INSIDE = [
    "127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "localhost:{port}",
    "[::1]:{port}",
    "2130706433:{port}",
    "0x7f.1:{port}",
    "169.254.169.254",
    "10.0.0.1:{port}",
    "metadata.google.internal",
    "127.0.0.1.nip.io:{port}",
    "yourteam.atlassian.net:{port}",
    "yourteam.atlassian.net@127.0.0.1:{port}",
]


@pytest.mark.parametrize("address", INSIDE)
def test_U05_a_refusal_tells_nothing_of_what_is_inside(
    ada_here: User, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """The same words whether somebody listens there or not, since nobody is asked, not even for a name."""
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given))
    said = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.01)
        port = listening.getsockname()[1]
        for place in (port, 1):
            with pytest.raises(ConnectError) as caught:
                actions.connect(ada_here, site=address.format(port=place), email="a@b.dev", token="x" * 24)
            said.append((caught.value.code, str(caught.value).replace(str(place), "")))
        with pytest.raises(TimeoutError):
            listening.accept()
    assert asked == []
    assert said[0] == said[1]


@pytest.fixture
def ada_here(db: None) -> User:
    return User.objects.create(email="ada@yourteam.dev", plan="pro")
