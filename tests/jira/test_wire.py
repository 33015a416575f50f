# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekachit.jira.changelog import moment
from ekachit.jira.errors import Unexpected
from ekachit.jira.wire import Issue, Myself, Project, Unreadable, decode
from ekachit.jira.wire_issues import read_issue, read_page
from ekachit.jira.wire_workflow import Transition


def issue(**fields: Any) -> bytes:
    return json.dumps(
        {"id": "10001", "key": "APP-1", "self": "https://evil.example", "fields": fields}
    ).encode()


def test_an_issue_may_lack_everything_that_jira_may_leave_out() -> None:
    read = read_issue(issue(priority=None, assignee=None, unknown={"a": [1]}, parent=None))
    assert isinstance(read, Issue)
    assert (read.title, read.updated, read.project_id, read.assignee_id) == ("", None, None, None)
    assert decode(b'{"accountId":"a"}', Myself) == Myself("a")
    assert decode(b'{"id":"1","key":"A","projectTypeKey":"product_discovery"}', Project).style is None
    assert decode(b'{"id":"1"}', Transition).needed == ()


def test_what_is_read_of_an_issue() -> None:
    status = {
        "id": "3",
        "name": "进行中",
        "statusCategory": {"id": 4, "key": "indeterminate", "name": "进行中"},
    }
    read = read_issue(
        issue(
            summary="x" * 300,
            updated="2026-11-24T10:00:00.123+0530",
            status=status,
            project={"id": "10", "key": "APP"},
            assignee={"accountId": "me"},
            subtasks=[
                {"id": "2", "key": "APP-2", "fields": {"summary": "s", "status": status, "priority": None}}
            ],
            customfield_10016=3.0,
            customfield_10017=4.0,
        ),
        ["summary", "customfield_10016"],
    )
    assert isinstance(read, Issue)
    assert len(read.title) == 255
    assert read.title.endswith("…")
    assert read.updated == datetime(2026, 11, 24, 4, 30, 0, 123000, tzinfo=UTC)
    assert read.fields.status is not None
    assert read.fields.status.category == "indeterminate"
    assert read.fields.subtasks is not None
    assert (read.fields.subtasks[0].title, read.fields.subtasks[0].category) == ("s", "indeterminate")
    assert {name: bytes(value) for name, value in read.custom.items()} == {"customfield_10016": b"3.0"}


def test_X12_control_characters_are_no_part_of_a_text() -> None:
    status = {"id": "1", "name": "To\0 do\ud800", "statusCategory": None}
    read = read_issue(issue(summary="a\0b\x1b[31m 👩\u200d💻 \\u0000", status=status))
    assert isinstance(read, Issue)
    assert read.title == "a b [31m 👩\u200d💻 \\u0000"
    assert read.fields.status is not None
    assert "\0" not in read.fields.status.name


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        (b'{"id":"7","key":"A-1","fields":null}', "7"),
        (b'{"id":"7","key":"A-1","fields":{"summary":5}}', "7"),
        (b'{"id":"7","key":"A-1","fields":{"updated":"9999999-01-01"}}', "7"),
        (b'{"id":"7","key":"A-1","fields":{"updated":"0001-01-01T00:00:00.000+1400"}}', "7"),
        (b'{"id":"7","key":"A-1","fields":{"updated":"2026-02-30T00:00:00.000+0000"}}', "7"),
        (b'{"id":"7","key":"../../x","fields":{}}', "7"),
        (b'{"id":"7","key":"","fields":{}}', "7"),
        (b'{"id":"7/../8","key":"A-1","fields":{}}', None),
        (b'{"id":7,"key":"A-1","fields":{}}', None),
        (b'{"id":"7","key":"A-1","fields":{"subtasks":[{"id":"1"}]}}', "7"),
        (b'{"id":"7","key":"A-1","fields":{"parent":' + b"[" * 50_000 + b"]" * 50_000 + b"}}", None),
        (b"[]", None),
        (b"null", None),
    ],
)
def test_X04_a_poison_issue_is_put_aside_with_a_reason(raw: bytes, known: str | None) -> None:
    read = read_issue(raw)
    assert isinstance(read, Unreadable)
    assert read.reason
    assert read.id in {known, "7"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"<html>", "not_json"),
        (b"\xff\xfe{\x00}\x00", "not_json"),
        (b'\xef\xbb\xbf{"accountId":"a"}', "not_json"),
        (b'{"accountId":"a"', "not_json"),
        (b'{"accountId":NaN}', "not_json"),
        (b"[1]", "bad_shape"),
        (b'{"accountId":1}', "bad_shape"),
        (b"{}", "bad_shape"),
        (b'{"x":' + b"[" * 100_000, "bad_shape"),
    ],
)
def test_X04_another_body_is_unexpected(body: bytes, code: str) -> None:
    with pytest.raises(Unexpected) as caught:
        decode(body, Myself)
    assert caught.value.code == code


@given(
    st.datetimes(datetime.fromisoformat("1991-01-01"), datetime.fromisoformat("2199-01-01")),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["", ":"]),
)
def test_a_time_is_read_at_every_offset(local: datetime, offset: int, colon: str) -> None:
    local = local.replace(microsecond=local.microsecond // 1000 * 1000)
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    thousandths = local.microsecond // 1000
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{thousandths:03d}{sign}{hours:02d}{colon}{minutes:02d}"
    assert moment(text) == local.replace(tzinfo=UTC) - timedelta(minutes=offset)


@given(st.text(max_size=40))
def test_X04_any_other_text_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60.000+0000",
        "2026-01-01T24:00:01.000+0000",
        "2026-W53-1T00:00:00.000+0000",
        "2026-366T00:00:00.000+0000",
        "2026-02-29T00:00:00.000+0000",
        "2026-13-01T00:00:00.000+0000",
        "2026-00-10T00:00:00.000+0000",
        "2026-01-01T00:60:00.000+0000",
        "2026-01-01T00:00:00.000+2500",
        "0000-01-01T00:00:00.000+0000",
    ],
)
def test_T06_a_moment_that_is_in_no_calendar_puts_its_issue_aside_alone(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment(text)
    issue = {"id": "7", "key": "A-1", "fields": {"updated": text}}
    assert isinstance(read_issue(json.dumps(issue).encode()), Unreadable)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29T12:00:00.000+0000", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("2026-12-31T23:59:59.999-1200", datetime(2027, 1, 1, 11, 59, 59, 999000, tzinfo=UTC)),
        ("2021-01-03T00:30:00.000+1400", datetime(2021, 1, 2, 10, 30, tzinfo=UTC)),
    ],
)
def test_T06_a_moment_at_the_edge_of_a_calendar_is_read(text: str, expected: datetime) -> None:
    assert moment(text) == expected


def test_a_page_brings_the_same_with_and_without_one_that_cannot_be_read() -> None:
    good = [json.loads(issue(summary=f"Number {number}", customfield_10016=number)) for number in range(3)]
    fields = ["summary", "customfield_10016"]
    whole = read_page(json.dumps({"issues": good, "isLast": True}).encode(), fields)
    broken = {"id": "9", "key": "B-9", "fields": {"updated": "yesterday"}}
    mixed = read_page(json.dumps({"issues": [good[0], broken, *good[1:]], "isLast": True}).encode(), fields)
    assert whole.is_last
    assert [bytes(each.custom["customfield_10016"]) for each in whole.issues if isinstance(each, Issue)] == [
        b"0",
        b"1",
        b"2",
    ]
    assert mixed.issues == [
        whole.issues[0],
        Unreadable("has a time of unknown form", "9", "B-9"),
        *whole.issues[1:],
    ]


def test_a_page_whose_token_is_none_is_no_page() -> None:
    with pytest.raises(Unexpected):
        read_page(b'{"issues": [], "nextPageToken": 5}')
