from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.jira import jql

UNQUOTE = re.compile(r'"((?:[^"\\]|\\.)*)"')


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_a_quoted_text_is_one_string_and_reads_back(text: str) -> None:
    fit = UNQUOTE.fullmatch(jql.quoted(text))
    assert fit is not None
    assert re.sub(r"\\(.)", r"\1", fit[1]) == text


@pytest.mark.parametrize("text", ["a\nb", "\0", "\x7f", "\ud800"])
def test_what_no_name_has_cannot_be_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="control"):
        jql.quoted(text)


def test_queries_are_for_the_askers_own_issues() -> None:
    assert jql.assigned_open(["10000", "10001"]) == (
        "assignee = currentUser() AND project in (10000, 10001) AND statusCategory != Done ORDER BY key"
    )
    assert jql.assigned_open([]) == "assignee = currentUser() AND statusCategory != Done ORDER BY key"
    assert jql.assigned_ids(["7"]) == "assignee = currentUser() AND id in (7) ORDER BY key"


@given(st.lists(st.integers(0, 10**18).map(str), min_size=1, max_size=60))
def test_what_is_built_is_recognised(ids: list[str]) -> None:
    assert jql.is_own(jql.assigned_open(ids))
    assert jql.is_own(jql.assigned_ids(ids))


@pytest.mark.parametrize("text", ["1) OR (1=1", "", "-1", "1.0", "APP", "\uff11", "1\n", "1" * 20])
def test_only_numbers_go_into_a_query(text: str) -> None:
    for build in (jql.assigned_open, jql.assigned_ids):
        with pytest.raises(ValueError, match="digits"):
            build([text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "project = APP",
        "assignee = currentUser()",
        "assignee = currentUser() OR project = 1 ORDER BY key",
        "assignee = currentUser() AND id in (1) OR id in (2) ORDER BY key",
        "assignee != currentUser() AND id in (1) ORDER BY key",
        "assignee = currentUser() AND id in (1) ORDER BY key\n",
        "NOT assignee = currentUser() AND id in (1) ORDER BY key",
    ],
)
def test_other_queries_are_not_ours(text: str) -> None:
    assert not jql.is_own(text)
