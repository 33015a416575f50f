from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekachit.ops.estimate_stream import Stream
from tests.domain.estimation.histories import person


def messages(count: int, seed: int = 0, ratio: float = 4.0, **more: Any) -> list[dict[str, Any]]:
    """Return for each task of a person the question and then the answer that life gave."""
    found: list[dict[str, Any]] = []
    for one in person(count, ratio=ratio, noise=0.4, unit="points", seed=seed):
        task = {
            "person": "A",
            "estimate": one.task.estimate,
            "unit": "points",
            "type": "Story",
            "project": "PAY",
        }
        found += [
            {"op": "predict", **task, **more},
            {"op": "observe", **task, "actual_hours": one.actual_hours, **more},
        ]
    return found


def answers(told: list[dict[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    stream = Stream(seed)
    return [json.loads(stream.line(json.dumps(one))) for one in told]


def test_the_future_scrambled_changes_no_prediction() -> None:
    told = messages(25)
    future = [one for one in told[20:] if one["op"] == "observe"]
    random.Random(1).shuffle(future)  # noqa: S311 - a shuffle, no secret
    for one in future:
        one["actual_hours"] *= 50
    first, second = answers(messages(25)), answers(told[:20] + future)
    assert first[:20] == second[:20]


def test_a_prediction_has_nineteen_rising_quantiles_in_hours() -> None:
    said = answers(messages(20))[-2]
    assert len(said["quantiles"]) == 19
    assert said["quantiles"] == sorted(said["quantiles"])
    assert (said["q10"], said["q50"], said["q90"]) == tuple(said["quantiles"][place] for place in (1, 9, 17))


def test_the_number_is_suggested_after_ten_tasks_and_not_before() -> None:
    early = answers([*messages(9), {"op": "suggest", "person": "A"}])[-1]
    late = answers([*messages(15), {"op": "suggest", "person": "A"}])[-1]
    assert early["suggest"] is False
    assert early["code"] == "too_few"
    assert late["suggest"] is True
    assert late["lo80"] < late["multiplier"] < late["hi80"]
    assert late["multiplier"] == pytest.approx(4.0, rel=0.25)


def test_people_know_nothing_of_each_other() -> None:
    other = [{**one, "person": "B"} for one in messages(20, seed=5, ratio=9)]
    mixed = [one for pair in zip(messages(20), other, strict=True) for one in pair]
    assert answers(mixed)[::2] == answers(messages(20))


def test_a_timer_left_on_is_left_out_with_its_reason() -> None:
    night = [["2026-01-01T17:00", "2026-01-02T09:00"]]
    told = [*messages(12), {**messages(1)[1], "sessions": night, "actual_hours": 16}, messages(1)[0]]
    said = answers(told)
    assert said[-2]["left_out"] == "overnight"
    assert said[-1] == answers([*messages(12), messages(1)[0]])[-1]


def test_sessions_alone_give_the_hours() -> None:
    observed = {"op": "observe", "person": "A", "estimate": 1, "sessions": [[0, 7200], [10_000, 13_600]]}
    direct = {"op": "observe", "person": "A", "estimate": 1, "actual_hours": 3}
    asked = {"op": "predict", "person": "A", "estimate": 1}
    assert answers([observed, asked]) == answers([direct, asked])


def test_a_total_is_the_same_for_a_seed() -> None:
    asked = {"op": "total", "person": "A", "tasks": [{"estimate": 3, "unit": "points"}] * 20}
    told = [*messages(20), asked]
    assert answers(told, seed=3) == answers(told, seed=3)
    assert answers(told, seed=3)[-1] != answers(told, seed=4)[-1]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[1]", "not_an_object"),
        ('{"op":"guess"}', "op"),
        ('{"op":["predict"]}', "op"),
        ('{"op":"predict"}', "not_a_number"),
        ('{"op":"predict","estimate":0}', "not_positive"),
        ('{"op":"predict","estimate":NaN}', "not_a_number"),
        ('{"op":"predict","estimate":1e300}', "absurd"),
        ('{"op":"predict","estimate":3,"unit":"days"}', "unit"),
        ('{"op":"predict","estimate":3,"type":{}}', "text"),
        ('{"op":"observe","estimate":3}', "not_a_number"),
        ('{"op":"observe","estimate":3,"actual_hours":-1}', "not_positive"),
        ('{"op":"observe","estimate":3,"actual_hours":1,"sessions":[["x","y"]]}', "session"),
        ('{"op":"observe","estimate":3,"actual_hours":1,"sessions":[[9,1]]}', "session"),
        ('{"op":"observe","estimate":3,"actual_hours":1,"sessions":[[1e300,1]]}', "session"),
        ('{"op":"total","tasks":[]}', "tasks"),
        ('{"op":"suggest","present":-2}', "not_positive"),
    ],
)
def test_a_line_that_cannot_be_used_is_answered_with_words_and_changes_nothing(line: str, code: str) -> None:
    stream, untouched = Stream(), Stream()
    said = json.loads(stream.line(line))
    assert said["code"] == code
    assert said["error"]
    asked = '{"op":"predict","estimate":3}'
    assert stream.line(asked) == untouched.line(asked)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["op", "person", "estimate", "actual_hours", "unit", "tasks"]),
            st.one_of(
                st.sampled_from(["predict", "observe", "suggest", "total", "points"]),
                st.floats(),
                st.integers(),
                st.none(),
                st.lists(st.none()),
            ),
        ),
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_message_ends_the_stream(told: list[dict[str, Any]]) -> None:
    stream = Stream()
    for one in told:
        assert isinstance(json.loads(stream.line(json.dumps(one))), dict)
