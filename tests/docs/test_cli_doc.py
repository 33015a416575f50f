"""docs/cli.md and the commands tell the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.connections import actions
from ekachit.connections.models import State
from ekachit.ops.cli import main
from ekachit.sync.models import PassState, Presence
from ekachit.tasks.models import Source, Status
from tests.docs.documents import code, rows, sections, text_of
from tests.web.making import make_checklist, make_connection, make_issue, make_projects, make_task

DOCUMENT = sections(text_of("docs/cli.md"))


def _leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    with click.Context(command) as context:
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from _leaves(found, f"{name} {each}")


COMMANDS = dict(_leaves(main, "ekachit"))


def _members(title: str) -> set[str]:
    return {code(cells[0]) for cells in rows(DOCUMENT[title])}


def _words(title: str, member: str) -> set[str]:
    """The words in backquotes that a member may have."""
    row = next(cells for cells in rows(DOCUMENT[title]) if code(cells[0]) == member)
    return set(re.findall(r"`([^`]+)`", row[2]))


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


def test_every_command_is_described_and_every_described_command_exists() -> None:
    assert {title for title in DOCUMENT if title.startswith("ekachit ")} == COMMANDS.keys()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_options_are_those_of_the_command(name: str) -> None:
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    real = {spelling for each in options for spelling in (*each.opts, *each.secondary_opts)}
    described = {
        spelling for cells in rows(DOCUMENT[name]) for spelling in re.findall(r"`(--\S+)`", cells[0])
    }
    assert described == real


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_fixed_defaults_are_those_of_the_command(name: str) -> None:
    described = {
        code(cells[0]): fit[1]
        for cells in rows(DOCUMENT[name])
        if (fit := re.search(r"Default: ([\w.]+)\.$", cells[1]))
    }
    shown = {
        each.opts[0]: str(each.default)
        for each in COMMANDS[name].params
        if isinstance(each, click.Option) and each.show_default
    }
    assert described == shown


def test_a_task_has_the_described_members(ada: User) -> None:
    issue = make_issue(make_connection(ada), "PAY-1")
    make_checklist(issue, done=1, total=2)
    make_task(ada)
    answer = CliRunner().invoke(main, ["tasks", "--user", ada.email, "--json"])
    assert answer.exit_code == 0
    listed = json.loads(answer.stdout)
    assert listed.keys() == {"tasks"}
    assert [each.keys() for each in listed["tasks"]] == [_members("Task")] * 2
    lines = [line for each in listed["tasks"] for line in each["checklist"]]
    assert [line.keys() for line in lines] == [_members("Checklist line")] * 2


def test_the_words_of_a_task_are_those_of_the_code() -> None:
    assert _words("Task", "status") == set(Status.values)
    assert _words("Task", "source") == set(Source.values)
    assert _words("Task", "state") == {*Presence.values, "own", "disconnected"}


def test_a_receipt_has_the_described_members_and_not_run_is_code_1(ada: User) -> None:
    make_connection(ada, state=State.PAUSED)
    answer = CliRunner().invoke(main, ["sync", "--user", ada.email, "--json"])
    assert answer.exit_code == 1
    printed = json.loads(answer.stdout)
    assert printed.keys() == {"passes"}
    assert [each.keys() for each in printed["passes"]] == [_members("Receipt")]
    assert printed["passes"][0]["state"] == "not_run"


def test_the_states_of_a_receipt_are_those_of_the_code() -> None:
    assert _words("Receipt", "state") == {*PassState.values, "not_run"} - {PassState.RUNNING}


def test_connect_prints_the_described_members(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_connection(ada)
    make_projects(made, picked=False)

    def connected(*_: Any, **__: Any) -> object:
        return made

    monkeypatch.setattr(actions, "connect", connected)
    command = ["connect", "--user", ada.email, "--site", "yourteam", "--email2", ada.email, "--token-stdin"]
    answer = CliRunner().invoke(main, [*command, "--json"], input="a-token")
    assert answer.exit_code == 0
    printed = json.loads(answer.stdout)
    assert printed.keys() == _members("Connected")
    assert printed["projects"] == ["OPS", "PAY"]  # by default those with open issues


def test_an_unknown_account_is_code_1_and_a_wrong_command_line_code_2(db: None) -> None:
    unknown = CliRunner().invoke(main, ["tasks", "--user", "nobody@yourteam.dev"])
    assert unknown.exit_code == 1
    assert "ekachit user add nobody@yourteam.dev" in unknown.stderr
    assert CliRunner().invoke(main, ["tasks"]).exit_code == 2
