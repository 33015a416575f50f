"""Own history: a file is looked at before anything is stored, each wrong line has words, all of it goes out again."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ekachit.accounts.models import User
from ekachit.domain.estimation.history_csv import RowError, read
from ekachit.estimates.history import known_of
from ekachit.estimates.models import PastTask
from ekachit.web.estimate_words import row_error
from tests.estimates.making import make_finished, make_history

# Told in the same words by the engine and the pages.
SAME = ("unit", "empty", "no_columns")
FILE = """date,start,estimate,unit,actual_hours,project,type
2026-01-05T16:20,2026-01-05,3,points,7.5,PAY,Story
2026-01-06,,2,hours,2.5,OPS,Bug
"""


def send(client: Client, text: str | bytes, name: str = "old.csv") -> str:
    data = text.encode() if isinstance(text, str) else text
    return client.post("/insights/history/", {"file": SimpleUploadedFile(name, data)}).text


def shown_text(page: str) -> str:
    """What the page would send on."""
    found = re.search(r'confirm/".*?<textarea name="text" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def bring(client: Client, text: str, **more: str) -> str:
    page = send(client, text)
    return client.post("/insights/history/confirm/", {"text": shown_text(page), **more}, follow=True).text


def test_looking_stores_nothing_and_confirming_does(browser_of_ada: Client, ada: User) -> None:
    page = send(browser_of_ada, FILE)
    assert "2 finished tasks would come in" in page
    assert "5 Jan 2026" in page
    assert not PastTask.objects.exists()
    assert "2 finished tasks were brought in." in bring(browser_of_ada, FILE)
    first, second = known_of(ada).finished
    assert first.observation is not None
    assert (first.observation.task.estimate, first.observation.task.unit, first.hours) == (3, "points", 7.5)
    assert (second.project, second.type, second.done_at is not None) == ("OPS", "Bug", True)


def test_the_same_file_again_brings_nothing(browser_of_ada: Client) -> None:
    bring(browser_of_ada, FILE)
    page = send(browser_of_ada, FILE)
    assert "0 finished tasks would come in" in page
    assert "2 are here already and do not come in twice." in page
    browser_of_ada.post("/insights/history/confirm/", {"text": FILE})
    assert PastTask.objects.count() == 2


def test_each_wrong_line_has_its_number_and_words(browser_of_ada: Client) -> None:
    text = (
        FILE + "2026-02-30,,1,points,1,,\n2026-02-01,,0,points,1,,\n,,1,bananas,1,,\n,,1,points,<b>x</b>,,\n"
    )
    page = send(browser_of_ada, text)
    assert "4 lines cannot be used" in page
    for part in (
        "Line 4:",
        "is not a date like 2026-03-31",
        "Line 5:",
        "above zero",
        "neither “hours” nor “points”",
        "&lt;b&gt;x",
    ):
        assert part in page
    assert "2 finished tasks would come in" in page


def test_wrong_lines_are_told_in_the_persons_language_too(browser_of_ada: Client, ada: User) -> None:
    ada.language = "es"
    ada.save(update_fields=["language"])
    text = (
        FILE + "2026-02-30,,1,points,1,,\n,,0,points,1,,\n,,1,bananas,1,,\n,,1,points,x%s,,\n,,,points,1,,\n"
    )
    page = send(browser_of_ada, text)
    for words in ("no es una fecha", "mayor que cero", "ni «hours» ni «points»", "x%s", "necesita un número"):
        assert words in page
    for english in ("is not", "has to be", "needs a", "neither"):
        assert english not in page


def test_every_reason_of_the_engine_has_words_of_its_own() -> None:
    """A code that the pages do not know would be told in English."""
    trouble = "estimate,actual_hours,unit,date,seq\n"
    lines = ("x,1,,,", "-1,1,,,", "1e9,1,,,", "1,1,days,,", "1,1,,soon,", "1,1,,,inf", "1,inf,,,", "1,,,,")
    errors = [*read(trouble + "\n".join(lines)).errors, *read("").errors, *read("a,b\n1,2\n").errors]
    assert len(errors) == len(lines) + 2
    assert [each.code for each in errors if row_error(each) == each.text and each.code not in SAME] == []
    unknown = RowError(3, "new_code", "100 % of it.")
    assert row_error(unknown) == "100 % of it."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"a,b\n1,2\n", "missing: “estimate”, “actual_hours”"),
        (b"\xff\xfe\x00x", "is not text in UTF-8"),
        (b"estimate,actual_hours\n" + b"1,1\n" * 300_000, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_with_words(browser_of_ada: Client, data: bytes, words: str) -> None:
    answer = browser_of_ada.post("/insights/history/", {"file": SimpleUploadedFile("x.csv", data)})
    assert answer.status_code == 422
    assert words in answer.text
    assert not PastTask.objects.exists()


def test_no_file_is_said(browser_of_ada: Client) -> None:
    answer = browser_of_ada.post("/insights/history/")
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_of_several_people_one_is_chosen(browser_of_ada: Client) -> None:
    text = "person,estimate,actual_hours\nada,1,2\nben,3,4\nben,5,6\n"
    page = send(browser_of_ada, text)
    assert "Whose tasks are yours?" in page
    page = browser_of_ada.post("/insights/history/", {"text": text, "person": "ben"}).text
    assert "2 finished tasks would come in" in page
    bring(browser_of_ada, text, person="ben")
    assert list(PastTask.objects.values_list("estimate", flat=True)) == [3, 5]


def test_all_of_it_goes_out_and_would_not_come_in_twice(browser_of_ada: Client, ada: User) -> None:
    make_history(ada, 5)
    bring(browser_of_ada, FILE)
    answer = browser_of_ada.get("/insights/history/ekachit-history.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ekachit-history.csv"'
    text = answer.content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 7
    assert rows[-1]["project"] == "PAY"
    assert "7 are here already" in send(browser_of_ada, text)


def test_X11_no_cell_that_goes_out_runs_as_a_formula(browser_of_ada: Client, ada: User) -> None:
    make_finished(ada, project_key="=HYPERLINK(1)", issue_type="@SUM(A1)")
    text = browser_of_ada.get("/insights/history/ekachit-history.csv").content.decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["project"], row["type"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
    assert "1 is here already" in send(browser_of_ada, text)


def test_what_was_brought_in_can_be_removed_and_own_tasks_stay(browser_of_ada: Client, ada: User) -> None:
    make_finished(ada)
    bring(browser_of_ada, FILE)
    page = browser_of_ada.post("/insights/history/forget/", follow=True).text
    assert "2 tasks that were brought in are removed." in page
    assert len(known_of(ada).finished) == 1


def test_history_is_of_the_person_alone(
    client: Client, outsider: Client, browser_of_ada: Client, ada: User
) -> None:
    bring(browser_of_ada, FILE)
    for method, address in (
        ("get", "/insights/history/"),
        ("post", "/insights/history/confirm/"),
        ("post", "/insights/history/forget/"),
        ("get", "/insights/history/ekachit-history.csv"),
    ):
        assert getattr(client, method)(address).status_code == 302
    assert "PAY" not in outsider.get("/insights/history/ekachit-history.csv").content.decode()
    outsider.post("/insights/history/forget/")
    assert PastTask.objects.filter(user=ada).count() == 2
