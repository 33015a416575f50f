"""docs/privacy.md names every call that can be made to Jira, and no other."""

from __future__ import annotations

from ekachit.jira.calls import Endpoint
from tests.docs.documents import code, rows, sections, text_of

DOCUMENT = sections(text_of("docs/privacy.md"))


def _calls(title: str) -> set[str]:
    return {code(cells[1]) for cells in rows(DOCUMENT[title])}


def _written(endpoint: Endpoint) -> str:
    return " ".join(endpoint.value)


def test_every_call_of_the_closed_list_is_described_and_no_other() -> None:
    assert _calls("Read") | _calls("Written") == {_written(each) for each in Endpoint}


def test_the_one_thing_written_is_a_transition() -> None:
    assert _calls("Written") == {_written(Endpoint.TRANSITION)}
    assert _calls("Read") & _calls("Written") == set()
