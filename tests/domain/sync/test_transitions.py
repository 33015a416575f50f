"""Which transition is taken: over the sandbox's workflows, over shapes as Jira sends them, and whatever may come."""

# ruff: noqa: N802 # names carry the ids of the faults that the tests cover

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.domain.sync.status import Category
from ekachit.domain.sync.transitions import (
    LONGEST_PATH,
    Edge,
    NoWay,
    Option,
    ScreenField,
    Target,
    Transition,
    Value,
    Way,
    choose,
    find_path,
)
from ekachit.jira.wire_workflow import Transition as Wire
from ekachit.sandbox import seed_workflows as seeded
from ekachit.sandbox.workflow import Workflow
from ekachit.sync.workflow import transition_from

RESOLUTION = ScreenField(
    "resolution", "Resolution", required=True, options=(Option("10000", "Done"), Option("10001", "Won't Do"))
)
DONE, DOING, TODO = Target(Category.DONE), Target(Category.INDETERMINATE), Target(Category.NEW)
CHOSEN = {"resolution": Value("Done", "10000")}


def offered(workflow: Workflow, status_id: str) -> list[Transition]:
    """What a workflow of the sandbox offers in a status."""
    known = {each.id: each for _, statuses in seeded.WORKFLOWS for each in statuses}
    return [
        Transition(
            each.id,
            each.name,
            each.to,
            known[each.to].name,
            Category(known[each.to].category),
            tuple(RESOLUTION for asked in each.screen if asked.required),
        )
        for each in workflow.available(status_id)
    ]


S, R, F, V, Z = seeded.SIMPLE, seeded.REVIEWED, seeded.RESOLVING, seeded.VALIDATED, seeded.CHINESE
A = seeded.team_managed("APP", seeded.APP_STATUSES)
TABLE: list[tuple[str, Workflow, str, Target, dict[str, Value], str]] = [
    # what it is, workflow, present status, target, chosen values, the transition taken or why none is
    ("simple, done", S, "10000", DONE, {}, "31"),
    ("simple, start", S, "10000", DOING, {}, "21"),
    ("simple, back", S, "10001", TODO, {}, "11"),
    ("review, start", R, "10000", DOING, {}, "11"),
    ("review, no way to done", R, "10000", DONE, {}, "no_transition"),
    ("review, done from review", R, "10010", DONE, {}, "31"),
    ("review, two steps stay in the category", R, "3", DOING, {}, "21"),
    ("review, put back", R, "3", TODO, {}, "51"),
    ("review, reopened it is in progress", R, "10001", DOING, {}, "61"),
    ("review, the configured one", R, "3", Target(Category.DONE, "10010"), {}, "21"),
    ("resolve, needs a resolution", F, "1", DONE, {}, "field_required"),
    ("resolve, lowest id of two", F, "1", DONE, CHOSEN, "2"),
    ("resolve, the configured one", F, "1", Target(Category.DONE, "5"), CHOSEN, "5"),
    ("resolve, start", F, "1", DOING, {}, "4"),
    ("resolve, stop", F, "3", TODO, {}, "301"),
    ("resolve, reopen", F, "6", TODO, {}, "3"),
    ("validated, nothing to be seen", V, "10000", DONE, {}, "31"),
    ("chinese, done by category", Z, "10020", DONE, {}, "41"),
    ("chinese, lowest of two in progress", Z, "10020", DOING, {}, "21"),
    ("team-managed, lowest of three done", A, "10030", DONE, {}, "31"),
    ("team-managed, released", A, "10030", Target(Category.DONE, "10034"), {}, "51"),
    ("team-managed, a status of another project", A, "10030", Target(Category.DONE, "10044"), {}, "no_transition"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("workflow", "status", "target", "values", "taken"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_S16_the_sandboxs_workflows(
    workflow: Workflow, status: str, target: Target, values: dict[str, Value], taken: str
) -> None:
    found = choose(offered(workflow, status), target, values)
    assert (found.transition.id if isinstance(found, Way) else found.code) == taken


def wire(**given: Any) -> dict[str, Any]:
    """A transition in the shape that Jira sends, with what is said of it."""
    to = {
        "self": "https://yourteam.atlassian.net/rest/api/3/status/5",
        "description": "",
        "iconUrl": "https://yourteam.atlassian.net/icons/statuses/resolved.png",
        "name": "Gelöst",
        "id": "5",
        "statusCategory": {"id": 3, "key": "done", "colorName": "green", "name": "Fertig"},
    }
    return {
        "id": "21",
        "name": "Lösen",
        "to": to,
        "hasScreen": True,
        "isAvailable": True,
        "fields": {},
        **given,
    }


FIELD = {
    "required": True,
    "schema": {"type": "resolution", "system": "resolution"},
    "name": "Resolution",
    "key": "resolution",
    "operations": ["set"],
    "allowedValues": [
        {"self": "https://yourteam.atlassian.net/rest/api/3/resolution/1", "id": "1", "name": "Fixed"},
        {"self": "https://yourteam.atlassian.net/rest/api/3/resolution/2", "id": "2", "name": "Won't Fix"},
    ],
    "hasDefaultValue": False,
}
TEXT = {"required": True, "name": "Why", "schema": {"type": "string"}}
COLOUR = {**FIELD, "schema": {"type": "option"}, "allowedValues": [{"id": "7", "value": "Blue"}]}
COMPLETED = {"id": "5", "name": "x", "statusCategory": {"id": 3, "key": "completed"}}
SHAPES: list[tuple[str, dict[str, Any], dict[str, Value], str]] = [
    ("nothing asked", wire(), {}, "21"),
    ("no fields at all", {key: value for key, value in wire().items() if key != "fields"}, {}, "21"),
    ("a resolution", wire(fields={"resolution": FIELD}), {}, "field_required"),
    ("by its id", wire(fields={"resolution": FIELD}), {"resolution": Value("Fixed", "1")}, "21"),
    ("by its name", wire(fields={"resolution": FIELD}), {"resolution": Value("Fixed")}, "21"),
    ("a value that is gone", wire(fields={"resolution": FIELD}), {"resolution": Value("x", "9")}, "field_required"),
    ("with a default", wire(fields={"resolution": {**FIELD, "hasDefaultValue": True}}), {}, "21"),
    ("not required", wire(fields={"resolution": {**FIELD, "required": False}}), {}, "21"),
    ("a text", wire(fields={"customfield_1": TEXT}), {}, "field_required"),
    ("an option of another kind", wire(fields={"customfield_2": COLOUR}),
     {"customfield_2": Value("Blue", "7")}, "21"),
    ("not available", wire(isAvailable=False), {}, "no_transition"),
    ("another key of the category", wire(to=COMPLETED), {}, "21"),
    ("no category", wire(to={"id": "5", "name": "x"}), {}, "no_transition"),
    ("nowhere", wire(to=None), {}, "no_transition"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "values", "taken"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES]
)
def test_S15_shapes_as_jira_sends_them(shape: dict[str, Any], values: dict[str, Value], taken: str) -> None:
    seen = transition_from(msgspec.convert(shape, Wire))
    found = choose([] if seen is None else [seen], DONE, values)
    assert (found.transition.id if isinstance(found, Way) else found.code) == taken


@pytest.mark.parametrize("kind", ["array", "user"])
def test_a_field_that_takes_more_than_a_single_choice_offers_none(kind: str) -> None:
    asked = {**FIELD, "schema": {"type": kind, "items": "version"}}
    seen = transition_from(msgspec.convert(wire(fields={"fixVersions": asked}), Wire))
    assert seen is not None
    found = choose([seen], DONE, {})
    assert isinstance(found, NoWay)
    assert found.fields[0].options == ()


def test_a_value_goes_only_where_the_screen_takes_it() -> None:
    plain = Transition("1", "Done", "5", "Done", Category.DONE)
    shown = Transition("1", "Done", "5", "Done", Category.DONE, (ScreenField("resolution", "Resolution"),))
    revealed = {"resolution": Value("Done", "10000", revealed=True)}
    for transition, values, sent in (
        (plain, CHOSEN, {}),
        (shown, CHOSEN, CHOSEN),
        (plain, revealed, revealed),
    ):
        found = choose([transition], DONE, values)
        assert isinstance(found, Way)
        assert found.fields == sent


names = st.sampled_from(["resolution", "team", "why"])
fields = st.builds(
    ScreenField, names, names, st.booleans(), st.booleans(), st.sampled_from([(), (Option("1", "One"),)])
)
transitions = st.builds(
    Transition,
    st.sampled_from(["2", "3", "21", "31", "301", "x"]),
    names,
    st.sampled_from(["5", "6", "7"]),
    names,
    st.sampled_from(Category),
    st.lists(fields, max_size=2).map(tuple),
    st.booleans(),
)
values = st.dictionaries(
    names, st.builds(Value, st.just("One"), st.sampled_from(["", "1", "2"]), st.booleans())
)
targets = st.builds(Target, st.sampled_from(Category), st.sampled_from(["", "5", "6", "9"]))


@given(
    st.lists(transitions, unique_by=lambda each: each.id), targets, values, st.randoms(use_true_random=False)
)
def test_S16_the_choice_is_the_same_in_whichever_order_they_come(
    known: list[Transition], target: Target, chosen: dict[str, Value], dice: random.Random
) -> None:
    found = choose(known, target, chosen)
    shuffled = list(known)
    dice.shuffle(shuffled)
    assert choose(shuffled, target, chosen) == found
    leading = [each for each in known if each.available and target.fits(each)]
    if isinstance(found, Way):
        assert found.transition in leading
        assert not found.transition.missing(chosen)
        assert set(found.fields) <= set(chosen)
    elif found.code == "no_transition":
        assert not leading
    else:
        assert all(each.missing(chosen) for each in leading)
        assert found.fields


EDGES = {
    "a": [Edge("b", Category.INDETERMINATE, free=True)],
    "b": [Edge("a", Category.NEW, free=True), Edge("c", Category.INDETERMINATE, free=True)],
    "c": [Edge("d", Category.DONE, free=True), Edge("e", Category.DONE, free=False)],
}


@pytest.mark.parametrize(
    ("start", "target", "path"),
    [
        ("a", DONE, ("b", "c", "d")),
        ("c", DONE, ("d",)),
        ("c", Target(Category.DONE, "e"), ()),
        ("a", Target(Category.DONE, "nowhere"), ()),
        ("unknown", DONE, ()),
    ],
)
def test_S14_a_path_is_the_shortest_that_asks_for_nothing(
    start: str, target: Target, path: tuple[str, ...]
) -> None:
    assert find_path(start, target, EDGES) == path


def test_S14_a_path_is_never_longer_than_allowed() -> None:
    chain = {str(step): [Edge(str(step + 1), Category.NEW, free=True)] for step in range(9)}
    assert len(find_path("0", Target(Category.NEW, str(LONGEST_PATH)), chain)) == LONGEST_PATH
    assert find_path("0", Target(Category.NEW, str(LONGEST_PATH + 1)), chain) == ()
