# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from ekachit.jira.points import PointsFields, find_points_fields, points_of
from ekachit.jira.wire import Field, decode, decode_each

FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
ESTIMATE = "com.pyxis.greenhopper.jira:jsw-story-points"


def field(number: int, name: str, custom: str = FLOAT, kind: str = "number", **more: Any) -> dict[str, Any]:
    return {
        "id": f"customfield_{number}",
        "key": f"customfield_{number}",
        "name": name,
        "custom": True,
        "clauseNames": [f"cf[{number}]", name],
        "schema": {"type": kind, "custom": custom, "customId": number},
        **more,
    }


LISTED = [
    {
        "id": "summary",
        "name": "Summary",
        "custom": False,
        "clauseNames": ["summary"],
        "schema": {"type": "string"},
    },
    {"id": "issuekey", "name": "Key", "custom": False},
    field(10016, "Story point estimate", ESTIMATE),
    field(10026, "Story Points", untranslatedName="Story Points"),
    field(10104, "Story points", scope={"type": "PROJECT", "project": {"id": "10007"}}),
    field(10103, "Punkte", ESTIMATE, scope={"type": "PROJECT", "project": {"id": "10008"}}),
    field(10030, "Story points median"),
    field(10031, "Story points confidence"),
    field(10032, "Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:textfield", "string"),
    field(10033, "Points de récit", untranslatedName="Story Points"),
    field(10034, "My story points"),
    {"id": "customfield_10035", "name": "Story points", "custom": True, "schema": None},
    {"id": "customfield_10036", "name": None},
    {"name": "no id"},
]


def found() -> PointsFields:
    raws = decode(json.dumps(LISTED).encode(), list[msgspec.Raw])
    return find_points_fields(decode_each(raws, Field))


def test_the_fields_are_found_by_type_and_exact_name() -> None:
    assert found() == PointsFields(
        estimate=("customfield_10016", "customfield_10103"),
        story_points=("customfield_10026", "customfield_10033", "customfield_10035", "customfield_10104"),
    )


def test_fields_can_be_stored_and_read_back() -> None:
    assert msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(found()))), PointsFields) == found()
    assert msgspec.convert({}, PointsFields).ids == ()


def test_the_style_of_the_project_decides_which_counts_first() -> None:
    fields = PointsFields(("a",), ("b",))
    values = {"a": 3, "b": msgspec.Raw(b"8.0")}
    assert points_of(values, fields, "next-gen") == 3.0
    assert points_of(values, fields, "classic") == 8.0
    assert points_of({"a": None, "b": 5}, fields, "next-gen") == 5.0
    assert points_of(values, fields, "classic", override="c") is None
    assert points_of(values | {"c": 13}, fields, override="c") == 13.0
    assert points_of({}, fields) is None


@pytest.mark.parametrize("raw", [b"null", b'"5"', b"true", b"-1", b"1e300", b"[5]", b"1e999", b"x"])
def test_X04_what_is_no_number_of_points_is_none(raw: bytes) -> None:
    assert points_of({"a": msgspec.Raw(raw)}, PointsFields(("a",)), "next-gen") is None
