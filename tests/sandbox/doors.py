"""The two doors of the sandbox behind one face, so that each fault is seen through both in the same way."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from ekachit.sandbox.faults import Faults
from ekachit.sandbox.inprocess import HalfOpen, InProcess, LostResponse, Reset, Timeout, Truncated
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from ekachit.sandbox.world import World

API = "/rest/api/3"
MINE = "assignee = currentUser() AND statusCategory != Done ORDER BY key"
DEADLINE = 0.4


class BrokenError(Exception):
    """No answer came, or not the whole of it: reset, lost, cut or timeout."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(how)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def ids(self) -> list[str]:
        return [issue["id"] for issue in self.json["issues"]]


class Door(Protocol):
    world: World
    faults: Faults

    def send(self, method: str, path: str, body: object = None, token: str = DEMO_TOKEN) -> Answer: ...

    def arm(self, kind: str, **given: object) -> int: ...


def headers(token: str, email: str = DEMO_EMAIL) -> dict[str, str]:
    pair = base64.b64encode(f"{email}:{token}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}


def raw_body(body: object) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


class HttpDoor:
    """A plain client of the standard library, which repairs nothing."""

    def __init__(self, sandbox: SandboxThread) -> None:
        self.port, self.world, self.faults = sandbox.port, sandbox.world, sandbox.faults

    def send(self, method: str, path: str, body: object = None, token: str = DEMO_TOKEN) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, raw_body(body), headers(token))
            answer = connection.getresponse()
            given = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, given, answer.read())
        except TimeoutError:
            raise BrokenError("timeout") from None
        except http.client.IncompleteRead:
            raise BrokenError("cut") from None
        except http.client.RemoteDisconnected:
            raise BrokenError("lost") from None
        except ConnectionResetError:
            raise BrokenError("reset") from None
        finally:
            connection.close()

    def arm(self, kind: str, **given: object) -> int:
        answer = self.send("POST", "/__sandbox__/", {"do": "arm_fault", "kind": kind, **given})
        assert answer.status == 200, answer.raw
        number: int = answer.json["fault"]
        return number


class InProcessDoor:
    """Calls, without sockets."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls = InProcess(world, deadline=DEADLINE)
        self.faults = self.calls.faults

    def send(self, method: str, path: str, body: object = None, token: str = DEMO_TOKEN) -> Answer:
        try:
            return Answer(
                *asyncio.run(self.calls.answer(method, path, headers(token), raw_body(body) or b""))
            )
        except (Timeout, HalfOpen):
            raise BrokenError("timeout") from None
        except Truncated:
            raise BrokenError("cut") from None
        except LostResponse:
            raise BrokenError("lost") from None
        except Reset:
            raise BrokenError("reset") from None

    def arm(self, kind: str, **given: Any) -> int:
        return self.faults.arm(kind, **given).id


@contextmanager
def http_door(seed: int = 1) -> Iterator[Door]:
    with SandboxThread(build_world(seed)) as sandbox:
        yield HttpDoor(sandbox)


@contextmanager
def in_process_door(seed: int = 1) -> Iterator[Door]:
    yield InProcessDoor(build_world(seed))


def get(door: Door, path: str, token: str = DEMO_TOKEN) -> Answer:
    return door.send("GET", API + path, token=token)


def search(door: Door, jql: str = MINE, **terms: object) -> Answer:
    return door.send("POST", f"{API}/search/jql", {"jql": jql, "fields": ["summary", "status"], **terms})


def transition(door: Door, ref: str, to: str) -> Answer:
    return door.send("POST", f"{API}/issue/{ref}/transitions", {"transition": {"id": to}})


def pages(door: Door, most: int = 12, **terms: Any) -> list[Answer]:
    """The pages of a listing as a client without a guard reads them."""
    found = [search(door, **terms)]
    while len(found) < most:
        token = found[-1].json.get("nextPageToken")
        if token is None:
            break
        found.append(search(door, **terms, nextPageToken=token))
    return found


def how_it_breaks(door: Door, method: str, path: str, body: object = None) -> str:
    try:
        answer = door.send(method, API + path, body)
    except BrokenError as broken:
        return broken.how
    return f"answered {answer.status}"
