"""The first rule that keeps an issue out, as a table."""

from __future__ import annotations

import pytest

from ekachit.domain.sync.why import (
    Answer,
    Home,
    Local,
    ProjectIs,
    Reason,
    Said,
    first_reason,
    known_reason,
    likely_reason,
    parse_key,
)

AT_HOME = [
    (Home.OPEN_TASK, Reason.HERE),
    (Home.DONE_TASK, Reason.DONE_HERE),
    (Home.GONE_TASK, Reason.NO_LONGER_YOURS),
    (Home.UNPICKED_TASK, Reason.NO_LONGER_PICKED),
    (Home.CHECKLIST, Reason.ON_CHECKLIST),
    (Home.PUT_ASIDE, Reason.UNREADABLE),
]
YOURS = Answer(Said.YOURS, ProjectIs.PICKED)
ANSWERS = [
    (Answer(Said.NOTHING_THERE), Reason.NOT_VISIBLE),
    (Answer(Said.NOT_YOURS), Reason.NOT_YOURS),
    (Answer(Said.UNREADABLE), Reason.UNREADABLE),
    (Answer(Said.YOURS, ProjectIs.UNKNOWN), Reason.UNKNOWN_PROJECT),
    (Answer(Said.YOURS, ProjectIs.UNKNOWN, done=True, on_checklist=True), Reason.UNKNOWN_PROJECT),
    (Answer(Said.YOURS, ProjectIs.NOT_PICKED), Reason.NOT_PICKED),
    (Answer(Said.YOURS, ProjectIs.NOT_PICKED, done=True, on_checklist=True), Reason.NOT_PICKED),
    (Answer(Said.YOURS, ProjectIs.PICKED, on_checklist=True), Reason.ON_CHECKLIST),
    (Answer(Said.YOURS, ProjectIs.PICKED, done=True, on_checklist=True), Reason.ON_CHECKLIST),
    (Answer(Said.YOURS, ProjectIs.PICKED, done=True), Reason.DONE_BEFORE),
    (YOURS, Reason.COMING),
]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("PAY-482", "PAY-482"),
        ("  pay-482\n", "PAY-482"),
        ("A1_B-7", "A1_B-7"),
        ("https://yourteam.atlassian.net/browse/PAY-482", "PAY-482"),
        ("https://yourteam.atlassian.net/browse/pay-482?focusedId=1#x", "PAY-482"),
        (
            "https://yourteam.atlassian.net/jira/software/projects/PAY/boards/3?selectedIssue=PAY-482",
            "PAY-482",
        ),
        ("https://x.atlassian.net/jira/boards/3?a=b&selectedIssue=PAY-482&c=d", "PAY-482"),
    ],
)
def test_a_key_is_found_alone_and_in_links(typed: str, key: str) -> None:
    assert parse_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "PAY", "482", "PAY-", "-482", "PAY 482", "PAY-482-1", "PAY-\uff14\uff18\uff12", "9AY-1", "PAY-482 OPS-1",
        'PAY-1" OR key = "OPS-1', "https://yourteam.atlassian.net/jira/PAY-482", "/browse/PAY-1X", "ÄPF-1",
    ],
)  # fmt: skip
def test_what_is_no_key_is_none(typed: str) -> None:
    assert parse_key(typed) is None


def test_no_text_is_too_long_to_be_looked_at() -> None:
    assert parse_key("A" * 5_000_000) is None


def test_what_is_no_key_is_asked_of_nobody() -> None:
    assert known_reason(Local(None)) is Reason.NOT_A_KEY


@pytest.mark.parametrize(("home", "reason"), AT_HOME)
def test_what_we_hold_is_known_without_asking(home: Home, reason: Reason) -> None:
    for project in ProjectIs:
        local = Local("PAY-1", home, project)
        assert known_reason(local) is reason
        assert likely_reason(local) is reason


@pytest.mark.parametrize("project", list(ProjectIs))
def test_what_we_do_not_hold_has_to_be_asked(project: ProjectIs) -> None:
    assert known_reason(Local("PAY-1", project=project)) is None


@pytest.mark.parametrize(("answer", "reason"), ANSWERS)
def test_an_answer_decides_where_we_hold_nothing(answer: Answer, reason: Reason) -> None:
    for project in ProjectIs:
        assert first_reason(Local("PAY-1", project=project), answer) is reason


@pytest.mark.parametrize(("home", "reason"), AT_HOME)
@pytest.mark.parametrize(("answer", "_"), ANSWERS)
def test_what_we_hold_comes_before_any_answer(home: Home, reason: Reason, answer: Answer, _: Reason) -> None:
    assert first_reason(Local("PAY-1", home), answer) is reason


def test_without_an_answer_only_a_project_that_is_not_picked_can_be_told() -> None:
    assert likely_reason(Local("HR-1", project=ProjectIs.NOT_PICKED)) is Reason.NOT_PICKED
    assert likely_reason(Local("HR-1", project=ProjectIs.PICKED)) is None
    assert likely_reason(Local("HR-1")) is None


def test_every_reason_can_be_given() -> None:
    given = {reason for _, reason in (*AT_HOME, *ANSWERS)} | {Reason.NOT_A_KEY}
    assert given == set(Reason)
