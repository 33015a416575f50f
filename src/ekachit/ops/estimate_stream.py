"""`ekachit estimate stream`: one JSON question a line, one JSON answer a line; what is learned is kept by person."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ekachit.domain.estimation.interval import multiplier, person_level
from ekachit.domain.estimation.model import Model, fit
from ekachit.domain.estimation.observation import History, Observation, ObservationError, Task, number
from ekachit.domain.estimation.priors import DEFAULT_MULTIPLIER, PRIORS
from ekachit.domain.estimation.scores import HIGH, LOW, MIDDLE
from ekachit.domain.estimation.sessions import LeftOut, hours, left_out
from ekachit.domain.estimation.shape import hours_quantiles
from ekachit.domain.estimation.suggestion import Suggestion, decide, in_unit
from ekachit.domain.estimation.total import total_quantiles

MOST_TASKS = 1000
MOST_TEXT = 500
# A session is its start and its end.
PAIR = 2
# Hours and quantiles are said to six figures: more would be noise.
FIGURES = 6

Message = dict[str, Any]


@dataclass
class Person:
    """What is known of one person."""

    observations: list[Observation] = field(default_factory=list)
    seen: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    model: Model | None = None

    def learned(self) -> Model:
        """Return the model of the person's last tasks."""
        if self.model is None:
            self.model = fit(History.in_order(self.observations))
        return self.model

    def learn(self, one: Observation) -> None:
        """Take in a finished task; what no model looks at any more is let go."""
        self.observations = [*self.observations[-(PRIORS.window - 1) :], one]
        self.model = None


def _text(message: Message, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or len(str(value)) > MOST_TEXT:
        raise ObservationError("text", f"“{name}” has to be a text of at most {MOST_TEXT} characters.")
    return str(value)


def _task(message: Message) -> Task:
    unit = _text(message, "unit").lower() or "hours"
    if unit not in ("hours", "points"):
        raise ObservationError("unit", "“unit” has to be “hours” or “points”.")
    estimate = number(message.get("estimate"), "“estimate”")
    named = _text(message, "type"), _text(message, "project")
    return Task(estimate, "points" if unit == "points" else "hours", *named)


def _moment(value: object) -> datetime:
    """Return a moment out of ISO text, or seconds since 1970."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=None)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=value)
    except (ValueError, OverflowError):
        pass
    raise ObservationError("session", "A session's start and end are ISO dates or seconds since 1970.")


def _sessions(message: Message) -> list[tuple[datetime, datetime]]:
    given = message.get("sessions") or []
    if not isinstance(given, list) or not all(isinstance(one, list) and len(one) == PAIR for one in given):
        raise ObservationError("session", "“sessions” has to be a list of pairs of start and end.")
    return [(_moment(start), _moment(end)) for start, end in given]


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.{FIGURES}g}") for value in values]


class Stream:
    """Answers messages, one at a time and in order, so nothing of the future is ever known."""

    def __init__(self, seed: int = 0) -> None:
        """Begin with nobody known. `seed` sets the draws of totals."""
        self._seed = seed
        self._people: dict[str, Person] = {}
        self._answers: dict[str, Callable[[Person, Message], Message]] = {
            "predict": self._predict,
            "observe": self._observe,
            "suggest": self._suggest,
            "total": self._total,
        }

    def line(self, text: str) -> str:
        """Return the answer to one line; to one that cannot be used, an answer that says why."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return json.dumps({"error": "This line is not JSON.", "code": "not_json"})
        return json.dumps(self.answer(message), ensure_ascii=False)

    def answer(self, message: object) -> Message:
        """Return the answer to one message."""
        if not isinstance(message, dict):
            return {"error": "A message has to be a JSON object.", "code": "not_an_object"}
        op = message.get("op")
        found = self._answers.get(op) if isinstance(op, str) else None
        if found is None:
            return {"error": f"“op” has to be one of: {', '.join(self._answers)}.", "code": "op"}
        try:
            name = _text(message, "person") or "me"
            return found(self._people.setdefault(name, Person()), message)
        except ObservationError as wrong:
            return {"error": str(wrong), "code": wrong.code}

    def _predict(self, person: Person, message: Message) -> Message:
        quantiles = _rounded(hours_quantiles(person.learned(), [_task(message)])[0])
        return {
            "q10": quantiles[LOW],
            "q50": quantiles[MIDDLE],
            "q90": quantiles[HIGH],
            "quantiles": quantiles,
        }

    def _observe(self, person: Person, message: Message) -> Message:
        sessions = _sessions(message)
        why: LeftOut | None = left_out(sessions)
        given = message.get("actual_hours")
        actual = hours(sessions) if given is None and sessions else given
        one = Observation(_task(message), number(actual, "“actual_hours”"), float(person.seen))
        person.seen += 1
        if why is not None:
            person.left_out[why.code] = person.left_out.get(why.code, 0) + 1
            return {"ok": True, "left_out": why.code, "why": why.text}
        person.learn(one)
        return {"ok": True}

    def _suggest(self, person: Person, message: Message) -> Message:
        points = bool(person.observations) and person.observations[-1].task.unit == "points"
        usual = DEFAULT_MULTIPLIER if points else 1.0
        present = number(message.get("present", usual), "“present”")
        own = in_unit(History.in_order(person.observations), points=points)
        known = multiplier(person_level(fit(own)), in_points=points)
        said = decide(known, present, len(own))
        offer = said.multiplier if isinstance(said, Suggestion) else known
        value, low, high, learned = _rounded([offer.value, known.low, known.high, known.value])
        answer: Message = {
            "multiplier": value,
            "lo80": low,
            "hi80": high,
            "learned": learned,
            "present": present,
        }
        answer |= {"suggest": isinstance(said, Suggestion), "tasks": said.tasks, "left_out": person.left_out}
        return answer if isinstance(said, Suggestion) else answer | {"code": said.code, "why": said.text}

    def _total(self, person: Person, message: Message) -> Message:
        given = message.get("tasks")
        if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
            raise ObservationError("tasks", "“tasks” has to be a list of tasks, at least one.")
        if len(given) > MOST_TASKS:
            raise ObservationError("tasks", f"A total takes at most {MOST_TASKS} tasks.")
        tasks = [_task(one) for one in given]
        quantiles = _rounded(total_quantiles(person.learned(), tasks, self._seed))
        return {
            "q10": quantiles[LOW],
            "q50": quantiles[MIDDLE],
            "q90": quantiles[HIGH],
            "quantiles": quantiles,
        }
