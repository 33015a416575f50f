"""What we asked Jira: the ledger as a page and as a file."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import ast
import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from ekachit.connections.models import Connection
from ekachit.connections.requests_made import COLUMNS, harmless, listed
from ekachit.jira.calls import Endpoint
from ekachit.web.ledger_words import REASONS, in_words, shape_of
from tests.structure.source import python_files
from tests.web.making import make_record


@pytest.fixture
def address(connection: Connection) -> str:
    return f"/settings/jira/{connection.pk}/access/"


def table_of(page: str) -> str:
    return page.partition("<tbody>")[2].partition("</tbody>")[0]


def downloaded(client: Client, address: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{address}ekachit-jira-requests.csv?{query}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined] # a streaming answer
    return list(csv.DictReader(io.StringIO(text)))


def test_it_shows_each_request_newest_first_by_pages(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    for number in range(60):
        make_record(connection, path=f"/rest/api/3/issue/9{number:02}", method="GET")
    first = browser_of_ada.get(f"{address}?method=GET").text
    assert "/issue/959" in first
    assert "/issue/909<" not in first
    assert 'href="?method=GET&amp;page=2"' in first
    assert "/issue/909<" in browser_of_ada.get(f"{address}?method=GET&page=2").text


@pytest.mark.parametrize("page", ["0", "99", "x"])
def test_a_page_that_is_none_shows_a_near_one(
    browser_of_ada: Client, connection: Connection, address: str, page: str
) -> None:
    make_record(connection)
    assert browser_of_ada.get(f"{address}?page={page}").status_code == 200


def test_a_refused_request_shows_why(browser_of_ada: Client, connection: Connection, address: str) -> None:
    make_record(connection, status=429, error="rate_limited", count=None)
    page = browser_of_ada.get(address).text
    assert "429" in page
    assert "too many requests" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("method=GET", {"me"}),
        ("why=your+open+issues", {"list"}),
        ("why=%7B%7D+to+%7B%7D", {"move"}),
        ("answer=fine", {"list", "me"}),
        ("answer=refused", {"move"}),
        ("answer=failed", {"old"}),
        ("since=2026-03-02", {"list", "me", "move"}),
        ("until=2026-03-01", {"old"}),
        ("since=2026-03-01&until=2026-03-01", {"old"}),
        ("method=DELETE", {"list", "me", "move", "old"}),
        ("since=soon&answer=maybe&why=nothing", {"list", "me", "move", "old"}),
        ("", {"list", "me", "move", "old"}),
    ],
)
def test_the_filter_narrows_page_and_file(
    browser_of_ada: Client, connection: Connection, address: str, query: str, shown: set[str]
) -> None:
    # Auckland is 13 hours ahead: its second of March begins on the first in UTC.
    connection.user.time_zone = "Pacific/Auckland"
    connection.user.save()
    make_record(connection, fields="list", at=datetime(2026, 3, 1, 11, 30, tzinfo=UTC))
    make_record(connection, fields="me", method="GET", path="/rest/api/3/myself", why="whose token this is")
    make_record(
        connection,
        fields="move",
        why="PAY-482 to In Progress",
        status=400,
        error="field_required",
        count=None,
    )
    make_record(
        connection,
        fields="old",
        why="your projects",
        at=datetime(2026, 3, 1, 10, 30, tzinfo=UTC),
        status=None,
        error="timeout",
    )
    page = browser_of_ada.get(f"{address}?{query}").text
    table = table_of(page)
    assert {name for name in ("list", "me", "move", "old") if f'small">{name}<' in table} == shown
    assert {row["fields"] for row in downloaded(browser_of_ada, address, query)} == shown


def test_the_total_of_thirty_days_is_counted_and_checked_against_the_list(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    assert "0 requests" in browser_of_ada.get(address).text
    make_record(connection)
    make_record(connection, path="/rest/api/3/issue/10482/transitions")
    make_record(connection, at=timezone.now() - timedelta(days=31))
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/").text
    assert "last 30 days · 2 requests, all on the allowed list" in page
    make_record(connection, method="DELETE", path="/rest/api/3/issue/1")
    page = browser_of_ada.get(address).text
    assert "1 of them not on the allowed list" in page
    assert "all on the allowed list" not in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/rest/api/3/issue/1"),
        ("GET", "/rest/api/3/issue/1/comment"),
        ("GET", "/rest/api/3/issue/../user"),
        ("GET", "/rest/api/3/issue/PAY-1"),
        ("GET", "/rest/api/3/search/jql"),
        ("POST", "/rest/api/3/myself"),
        ("get", "/rest/api/3/myself"),
    ],
)
def test_what_is_not_a_call_that_can_be_made_is_not_on_the_list(method: str, path: str) -> None:
    assert not listed(method, path)


def test_every_call_that_can_be_made_is_on_the_list() -> None:
    for endpoint in Endpoint:
        method, path = endpoint.value
        assert listed(method, path.format(id="10482"))


def test_X11_the_file_has_every_request_and_no_formula(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    make_record(connection, at=datetime(2026, 3, 1, 10, 30, tzinfo=UTC), seconds=0.25)
    make_record(
        connection, why='=HYPERLINK("http://evil.example")', fields=" @SUM(1)", status=None, count=None
    )
    rows = downloaded(browser_of_ada, address)
    assert tuple(rows[0]) == COLUMNS
    assert rows[1] == {
        "at": "2026-03-01T10:30:00+00:00",
        "method": "POST",
        "path": "/rest/api/3/search/jql",
        "why": "your open issues",
        "fields": "summary, status",
        "count": "3",
        "status": "200",
        "error": "",
        "seconds": "0.25",
    }
    assert rows[0]["why"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[0]["fields"] == "' @SUM(1)"
    assert (rows[0]["status"], rows[0]["count"]) == ("", "")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "|calc", "%0"])
def test_X11_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "PAY-1 to Done", "a=b", "/rest/api/3"])
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_an_outsider_gets_neither_page_nor_file(client: Client, outsider: Client, address: str) -> None:
    for path in (address, f"{address}ekachit-jira-requests.csv"):
        assert outsider.get(path).status_code == 404
        assert client.get(path).status_code == 302
        assert outsider.post(path).status_code == 405


def test_every_reason_that_is_given_has_words() -> None:
    """Reasons are the texts named `why`, or given to a parameter of that name."""
    given = set()
    for path in python_files("src/ekachit/jira", "src/ekachit/sync"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given |= {shape for value in _named_why(node) if (shape := _shape(value))}
    assert {shape for shape in given if shape_of(shape) != shape or shape not in REASONS} == set()
    assert len(given) > 15


def _named_why(node: ast.AST) -> list[ast.expr | None]:
    if isinstance(node, ast.keyword) and node.arg == "why":
        return [node.value]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return [node.value] if node.targets[0].id in {"why", "_WHY"} else []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        return [default for argument, default in named if argument.arg == "why"]
    return []


def _shape(value: ast.expr | None) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in value.values)
    return ""


def test_a_reason_is_in_the_reader_s_language(browser_of_ada: Client) -> None:
    with translation.override("es"):
        assert in_words("your open issues in PAY") != "your open issues in PAY"
        assert "PAY" in in_words("your open issues in PAY")
    with translation.override("en"):
        assert in_words("PAY-482 to In Progress") == "PAY-482 → In Progress"
        assert in_words("a reason of another version") == "a reason of another version"
