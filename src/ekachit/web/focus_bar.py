"""The bar on top of every page: the session at hand, what has to be said of it, and one question after a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.work.duration import HOUR, written
from ekachit.domain.work.idle import Question, Trim
from ekachit.sync.models import Link
from ekachit.sync.queries import browse_url
from ekachit.tasks.models import Ending, FocusSession, Status, Task
from ekachit.tasks.queries import current_session, last_without_session, rows
from ekachit.tasks.sessions import question_about
from ekachit.web.likely import range_of
from ekachit.web.task_row import Row

# A pause that is longer than this was the end of the work.
PAUSE_SHOWN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer to the question about a session that ran on alone; `how` is sent back."""

    how: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The session at hand, with its task.

    `seconds` is its length, `total` all work on the task. `asked` is a finished task that nobody measured, to be asked
    about once. `range` is the likely range of the whole task, empty where there is none.
    """

    session: FocusSession | None = None
    task: Task | None = None
    link: Link | None = None
    address: str = ""
    seconds: float = 0.0
    total: float = 0.0
    question: Question | None = None
    offers: tuple[Offer, ...] = ()
    asked: Task | None = None
    range: str = ""

    @property
    def running(self) -> bool:
        """Whether the clock ticks."""
        return self.session is not None and self.session.running

    @property
    def clock(self) -> str:
        """The length of the session as a clock shows it: `01:12:40`."""
        minutes, seconds = divmod(int(self.seconds), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"

    @property
    def over(self) -> bool:
        """Whether more work was measured than was expected."""
        expected = self.task.estimate_hours if self.task else None
        return expected is not None and self.total > expected * HOUR

    @property
    def stamp(self) -> str:
        """What changes when the bar has to be drawn anew."""
        about = "-".join(
            str(part)
            for part in (
                self.session.pk if self.session else "",
                self.session.edition if self.session else "",
                self.running,
                self.question.reason.value if self.question else "",
                self.task.title if self.task else "",
                self.asked.pk if self.asked else "",
            )
        )
        return f"{hash_of(about):08x}"


def hash_of(text: str) -> int:
    """Return a number of 32 bits that is the same in every process (FNV-1a)."""
    number = 0x811C9DC5
    for byte in text.encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    return number


def bar_of(user: User, *, now: datetime) -> Bar:
    """Return the bar of a page that has no rows: two queries, four where there is a session to show."""
    session, asked = current_session(user), asked_about(user, now=now)
    if session is None or not _shown(session, session.task, now):
        return Bar(asked=asked)
    task = rows(user).select_related("link__connection").get(pk=session.task_id)
    session.user = user
    total = float(vars(task)["actual_seconds"]) + (session.seconds_at(now) if session.running else 0.0)
    return replace(_bar(session, task, total, asked, now), range=range_of(user, task, now=now))


def asked_about(user: User, *, now: datetime) -> Task | None:
    """Return the task that was finished last, where nobody measured it nor was asked, else None: one query."""
    return last_without_session(user, now).first()


def asked_from(listed: Iterable[Row], *, now: datetime) -> Task | None:
    """Return what `asked_about` does, for a page that has the tasks done today, and that one: no query."""
    done = [row for row in listed if row.task.done_at is not None]
    last = max(done, key=lambda row: (row.task.done_at or now, row.task.pk), default=None)
    if last is None or last.seconds > 0 or last.running or last.task.took_asked_at is not None:
        return None
    return last.task


def bar_from_rows(
    user: User, session: FocusSession | None, listed: Iterable[Row], asked: Task | None, *, now: datetime
) -> Bar:
    """Return the bar of a page that has the row of the session's task, if it is to be seen: no query of its own."""
    found = list(listed)
    if session is None:
        return Bar(asked=asked)
    row = next((row for row in found if row.task.pk == session.task_id), None)
    if row is None:
        return bar_of(user, now=now) if session.running else Bar(asked=asked)
    if not _shown(session, row.task, now):
        return Bar(asked=asked)
    bar = _bar(session, row.task, row.seconds, asked, now)
    return bar if row.compared else replace(bar, range=row.range)


def _shown(session: FocusSession, task: Task, now: datetime) -> bool:
    """Whether a session is at hand: it runs, or is paused and can go on."""
    if session.ended_at is None:
        return True
    paused = session.ending == Ending.PAUSED and now - session.ended_at < PAUSE_SHOWN
    return paused and task.status != Status.DONE


def _bar(session: FocusSession, task: Task, total: float, asked: Task | None, now: datetime) -> Bar:
    question = question_about(session.user, session, now=now)
    link = getattr(task, "link", None)
    return Bar(
        session=session,
        task=task,
        link=link,
        address=browse_url(link) if link else "",
        seconds=session.seconds_at(now),
        total=total,
        question=question,
        offers=_offers(session, question, now) if question else (),
        asked=asked,
    )


def _offers(session: FocusSession, question: Question, now: datetime) -> tuple[Offer, ...]:
    names = {
        Trim.LAST_SIGN: _("Until %(time)s, when you were last here"),
        Trim.DAY_END: _("Until %(time)s, the end of your day"),
    }
    cuts = [
        Offer(
            trim.value,
            f"{names[trim] % {'time': _clock(moment, now)}} ({written((moment - session.started_at).total_seconds())})",
        )
        for trim, moment in question.trims
    ]
    return (*cuts, Offer("keep", _("All of it (%(length)s)") % {"length": written(session.seconds_at(now))}))


def _clock(moment: datetime, now: datetime) -> str:
    local = timezone.localtime(moment)
    same_day = local.date() == timezone.localtime(now).date()
    return formats.date_format(local, "H:i" if same_day else "D H:i")
