"""The server's part of `make bench-web`, on the data folder of the environment.

`prepare` makes a person with 10,000 tasks, 500 of them open, and prints the key of a session of theirs. `measure`
takes Today in turn with a bare view, through Django's own handler, and then what is answered when a session is
started. What is printed last is the result, as JSON; times in milliseconds.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402 # Django had to be ready first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 # likewise
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 # likewise
from django.core.management import call_command  # noqa: E402 # likewise
from django.db import connection  # noqa: E402 # likewise
from django.http import HttpRequest, HttpResponse  # noqa: E402 # likewise
from django.test import Client, override_settings  # noqa: E402 # likewise
from django.test.utils import CaptureQueriesContext  # noqa: E402 # likewise
from django.urls import include, path  # noqa: E402 # likewise
from django.utils import timezone  # noqa: E402 # likewise

from ekachit.accounts.actions import add_account  # noqa: E402 # likewise
from ekachit.accounts.models import User  # noqa: E402 # likewise
from ekachit.connections.models import Connection, Project  # noqa: E402 # likewise
from ekachit.sync.models import Link  # noqa: E402 # likewise
from ekachit.tasks.models import ChecklistItem, Ending, FocusSession, Source, Status, Task  # noqa: E402 # likewise

TASKS, OPEN = 10_000, 500
PAGES = 100
STARTS = 50
WARM_UP = 10
PROJECTS = ("PAY", "WEB", "OPS")
TITLE = "Retry the delivery of webhook {number} with a backoff that grows"


def main() -> None:
    """Do what the command line says."""
    result = {"prepare": prepare, "measure": measure}[sys.argv[1]]()
    sys.stdout.write(f"{json.dumps(result)}\n")


def prepare() -> dict[str, object]:
    """Fill an empty data folder."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    user = add_account("bench@yourteam.dev", plan="pro")
    site = "yourteam.atlassian.net"
    own = Connection.objects.create(
        user=user, site=site, cloud_id="bench", account_id="bench", email=user.email, picked_at=timezone.now()
    )
    for number, key in enumerate(PROJECTS):
        Project.objects.create(connection=own, project_id=str(number), key=key, name=key, picked=True)
    tasks = Task.objects.bulk_create([_task(user, number) for number in range(TASKS)], batch_size=1000)
    links = [
        _link(user, own, number, task) for number, task in enumerate(tasks) if task.source == Source.JIRA
    ]
    Link.objects.bulk_create(links, batch_size=1000)
    lines = [
        ChecklistItem(task=task, title=f"Part {part}", done=part < 2, position=part)  # noqa: PLR2004 - some are done
        for number, task in enumerate(tasks[:OPEN])
        if number % 3 == 0
        for part in range(4)
    ]
    ChecklistItem.objects.bulk_create(lines, batch_size=1000)
    now = timezone.now()
    worked = [
        FocusSession(
            task=task,
            user=user,
            started_at=began,
            ended_at=began + timedelta(minutes=50),
            seconds=3000.0,
            ending=Ending.DONE,
            last_sign_at=began,
        )
        for number, task in enumerate(tasks)
        if number % 2
        for began in [now - timedelta(days=number % 180 + 1)]
    ]
    FocusSession.objects.bulk_create(worked, batch_size=1000)
    return {"session": _session_of(user), "cookie": settings.SESSION_COOKIE_NAME}


def measure() -> dict[str, object]:
    """Take Today and the bare view in turn, and the answers to starts."""
    user = User.objects.get(email="bench@yourteam.dev")
    today, plain = list[float](), list[float]()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        ours, other = Client(), Client()
        ours.cookies[settings.SESSION_COOKIE_NAME] = _session_of(user)
        with override_settings(MIDDLEWARE=[]):
            _took(other, "/bare/")  # from here on its handler has none
        ours.get("/today/")
        with CaptureQueriesContext(connection) as asked:
            page = ours.get("/today/")
        queries = len(asked)  # the next request empties the list
        began = 0.0
        for number in range(WARM_UP + PAGES):
            if number == WARM_UP:
                began = time.thread_time()
            today.append(_took(ours, "/today/"))
            plain.append(_took(other, "/bare/"))
        cpu = (time.thread_time() - began) * 1000 / PAGES
        starts = _starts(ours, user)
    return {
        "queries": queries,
        "bytes": len(page.content),
        "gzip": len(gzip.compress(page.content, 6)),
        "rows": page.content.count(b'<li class="row '),
        "today": _figures(today[WARM_UP:]),
        "bare": _figures(plain[WARM_UP:]),
        "pages": PAGES,
        "cpu": cpu,
        "start": starts,
    }


def _starts(client: Client, user: User) -> dict[str, object]:
    """Start one session after the other from a page that says what it shows; the first ones are not counted."""
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/today/"}
    keys = (
        Task.objects.filter(user=user, status=Status.TODO).order_by("position").values_list("pk", flat=True)
    )
    times, began = list[float](), 0.0
    sent = {"shown": timezone.localdate().isoformat()}
    for number, key in enumerate(keys[: WARM_UP + STARTS]):
        if number == WARM_UP:
            began = time.thread_time()
        before = time.perf_counter()
        answer = client.post(f"/tasks/{key}/start/", sent, headers=headers)
        times.append((time.perf_counter() - before) * 1000)
    cpu = (time.thread_time() - began) * 1000 / STARTS
    client.post("/focus/pause/", sent, headers=headers)
    assert answer.content.count(b'<li class="row ') == 2, "not an answer of rows alone"  # noqa: PLR2004, S101 - the one started, the one paused
    return {
        "times": _figures(times[WARM_UP:]),
        "cpu": cpu,
        "bytes": len(answer.content),
        "gzip": len(gzip.compress(answer.content, 6)),
        "answers": STARTS,
    }


def _took(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, answer.status_code  # noqa: PLR2004, S101 - as above
    return took


def _bare(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The least that a view with a query does."""
    return HttpResponse(str(User.objects.values_list("email", flat=True)[0]))


urlpatterns = [path("bare/", _bare), path("", include("ekachit.urls"))]


def _figures(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p99": ordered[int(0.99 * (len(ordered) - 1))]}


def _task(user: User, number: int) -> Task:
    done = number >= OPEN
    status = Status.DONE if done else Status.IN_PROGRESS if number < 5 else Status.TODO  # noqa: PLR2004 - a few
    points = float((1, 2, 3, 5, 8)[number % 5])
    return Task(
        user=user,
        title=TITLE.format(number=number),
        status=status,
        source=Source.OWN if number % 20 == 0 else Source.JIRA,
        done_at=timezone.now() - timedelta(days=number % 180 + 1) if done else None,
        points=points,
        estimate_hours=points * 2,
        priority_name=("Highest", "High", "Medium", "Low")[number % 4],
        priority_rank=number % 4,
        project_key=PROJECTS[number % 3],
        position=number,
    )


def _link(user: User, own: Connection, number: int, task: Task) -> Link:
    project = number % 3
    return Link(
        user=user,
        task=task,
        connection=own,
        cloud_id=own.cloud_id,
        issue_id=str(number),
        key=f"{PROJECTS[project]}-{number}",
        project_id=str(project),
        jira_status="To Do",
    )


def _session_of(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


if __name__ == "__main__":
    main()
