"""Insights: the forecast and what moves it, the person's number, how ranges held."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.estimates.models import StatedRange, Suggestion, SuggestionState
from ekachit.tasks.models import Status, Task
from tests.estimates.making import make_finished, make_history, make_open

HTMX = {"HX-Request": "true"}


@pytest.fixture
def history(ada: User) -> list[Task]:
    """Thirty tasks finished of late, at three hours a point."""
    days = (timezone.now() - timedelta(days=40)).replace(hour=9, minute=0)
    return [
        make_finished(
            ada, points=2, hours=5 + place % 3, begins=days + timedelta(days=place), title=f"Old {place}"
        )
        for place in range(30)
    ]


def headline(page: str) -> str:
    found = re.search(r"<h2>(.*?)</h2>", page)
    assert found
    return found[1]


def test_with_nothing_known_the_page_says_what_it_needs(browser_of_ada: Client) -> None:
    page = browser_of_ada.get("/insights/").text
    assert "There is no open work to forecast." in page
    assert "After about 10 finished tasks with points and time, Ekachit knows yours." in page
    assert "<canvas" not in page
    assert "Use " not in page


def test_open_work_without_recorded_work_asks_for_the_timer(browser_of_ada: Client, ada: User) -> None:
    make_open(ada, points=3)
    assert "run the timer on a task, then look again" in browser_of_ada.get("/insights/").text


def test_the_forecast_says_by_when_and_each_chart_has_its_table(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    for number in range(4):
        make_open(ada, f"Task {number}", points=3)
    page = browser_of_ada.get("/insights/").text
    assert headline(page).startswith("Your open work will be done by")
    assert "85 % sure. 24h of estimates left, likely" in page
    figures = page.count("<figure")
    assert figures == page.count('<details class="behind"><summary>As a table') == page.count("<canvas") >= 4
    chances = [int(each) for each in re.findall(r'<td class="num">(\d+) %</td>', page)]
    assert chances == sorted(chances)
    assert chances[-1] >= 85


def test_the_slider_re_flows_the_forecast_alone(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    for number in range(6):
        make_open(ada, f"Task {number}", points=5)
    as_learned = browser_of_ada.get("/insights/", headers=HTMX)
    assert "<html" not in as_learned.text
    slower = browser_of_ada.get("/insights/?per_point=4.2", headers=HTMX).text
    assert "Counted with 4.2 hours a point instead of" in slower
    assert done_by(slower) > done_by(as_learned.text)
    for refused in ("nan", "1e9", "-1", "two", ""):
        answer = browser_of_ada.get("/insights/", {"per_point": refused}, headers=HTMX)
        assert done_by(answer.text) == done_by(as_learned.text)


def done_by(page: str) -> list[object]:
    """The labels of the chart's last day and how sure it is, to compare two pages by."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])
    hours = re.search(r"likely (\d+)", page)
    assert hours
    return [int(hours[1]), len(data["labels"])]


def test_dropping_a_task_brings_the_rest_forward(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    large = make_open(ada, "A large one", points=40)
    make_open(ada, "A small one", points=1)
    whole = browser_of_ada.get("/insights/", headers=HTMX).text
    dropped = browser_of_ada.get(f"/insights/?drop={large.pk}", headers=HTMX).text
    assert done_by(dropped) < done_by(whole)
    assert f'value="{large.pk}" checked' in dropped
    assert "2h of estimates left" in dropped
    assert browser_of_ada.get("/insights/?drop=x&drop=99999999999999999999").status_code == 200


def test_a_project_or_words_choose_the_tasks(browser_of_ada: Client, ada: User, history: list[Task]) -> None:
    make_open(ada, "Retry webhooks", points=3)
    make_open(ada, "Rotate certificates", points=3, project_key="OPS")
    of_ops = browser_of_ada.get("/insights/?project=OPS", headers=HTMX).text
    assert "Rotate certificates" in of_ops
    assert "Retry webhooks" not in of_ops
    assert "Your open work in OPS will be done by" in of_ops
    said = browser_of_ada.get("/insights/?q=webhooks", headers=HTMX).text
    assert "Retry webhooks" in said
    assert "Rotate certificates" not in said


def test_a_project_chosen_counts_for_every_card(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    days = (timezone.now() - timedelta(days=40)).replace(hour=15, minute=0)
    for place in range(12):
        begins = days + timedelta(days=place)
        task = make_finished(ada, points=1, hours=9, begins=begins, project_key="OPS", title=f"Ops {place}")
        StatedRange.objects.create(
            task=task, estimate=1, unit="points", low=1, middle=2, high=4, tasks=0, stated_at=timezone.now()
        )
    make_finished(ada, hours=14, whole=True, project_key="OPS", day=3)
    make_open(ada, "Retry webhooks", points=3)
    whole, ops = (browser_of_ada.get("/insights/", {"project": key}).text for key in ("", "OPS"))
    assert "42 finished tasks to learn from" in whole
    assert "12 finished tasks in OPS to learn from; all that follows is of OPS alone." in ops
    assert "Old 29" in whole
    assert "Old 29" not in ops
    assert "0 of 12 tasks fell in their 80 % range." in ops
    assert number_in(ops, "Your number in OPS: ") > 1.5 * number_in(whole, "Your number: ")
    assert "1 task left out" in ops
    assert "left out" not in browser_of_ada.get("/insights/?project=PAY").text
    counts = json.loads(ops.split('data-chart="over-time"')[1].split('json">')[1].split("</script>")[0])[
        "tasks"
    ]
    assert counts[-1] == 12


def number_in(page: str, heading: str) -> float:
    found = re.search(re.escape(heading) + r"([\d.]+) hours a point", page)
    assert found, heading
    return float(found[1])


def test_another_project_brings_all_cards_anew_and_the_rest_only_the_forecast(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    make_open(ada, "Rotate certificates", points=3, project_key="OPS")
    chosen = browser_of_ada.get("/insights/?project=OPS", headers={**HTMX, "HX-Target": "learned"}).text
    assert chosen.strip().startswith('<div id="learned">')
    assert '<div id="forecast" hx-swap-oob="true">' in chosen
    assert "Rotate certificates" in chosen
    asked = browser_of_ada.get("/insights/?project=OPS&q=x", headers={**HTMX, "HX-Target": "forecast"}).text
    assert 'id="learned"' not in asked
    assert "hx-swap-oob" not in asked


def test_a_project_that_nothing_is_finished_in_is_told_so(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    make_open(ada, points=3, project_key="OPS")
    page = browser_of_ada.get("/insights/?project=OPS").text
    assert "0 finished tasks in OPS to learn from" in page
    assert '<option value="OPS" selected>' in page
    assert browser_of_ada.get("/insights/?project=NONE").status_code == 200


def test_titles_and_questions_are_escaped(browser_of_ada: Client, ada: User, history: list[Task]) -> None:
    make_open(ada, "</script><script>alert(1)</script>", points=3)
    page = browser_of_ada.get("/insights/", {"q": '"><script>alert(2)</script>', "project": "<b>"}).text
    assert "<script>alert" not in page
    assert "<script>alert" not in browser_of_ada.get("/insights/").text


def test_a_suggestion_is_found_told_once_and_waits(
    browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    page = browser_of_ada.get("/insights/").text
    row = Suggestion.objects.get(user=ada)
    assert (row.state, row.tasks) == (SuggestionState.SHOWN, 30)
    assert "Suggested for you:" in page
    browser_of_ada.get("/insights/")
    notices = browser_of_ada.get("/notices/").text
    assert notices.count("Your 30 finished tasks speak for") == 1


def test_calibration_counts_ranges_as_they_were_said(browser_of_ada: Client, ada: User) -> None:
    for day, (low, high) in enumerate([(4.0, 9.0), (1.0, 2.0), (7.0, 9.0), (5.0, 7.0)]):
        task = make_finished(ada, hours=6, day=day)
        StatedRange.objects.create(
            task=task,
            estimate=3,
            unit="points",
            low=low,
            middle=(low + high) / 2,
            high=high,
            tasks=0,
            stated_at=timezone.now(),
        )
    page = browser_of_ada.get("/insights/").text
    assert "2 of 4 tasks fell in their 80 % range." in page
    assert "1 took less, 1 took longer." in page


def test_what_is_left_out_is_said_with_the_reason(browser_of_ada: Client, ada: User) -> None:
    make_history(ada, 3)
    make_finished(ada, hours=14, whole=True, title="Left running", day=4)
    page = browser_of_ada.get("/insights/").text
    assert "1 task left out" in page
    assert "the timer was left on" in page
    assert "Left running" in page


def test_insights_are_of_the_person_alone(
    client: Client, outsider: Client, browser_of_ada: Client, ada: User, history: list[Task]
) -> None:
    make_open(ada, "Secret plan", points=3)
    assert client.get("/insights/").status_code == 302
    assert "Secret plan" not in outsider.get("/insights/").text
    assert "Old 3" not in outsider.get("/insights/").text
    assert browser_of_ada.post("/insights/").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_tasks(
    browser_of_ada: Client, ada: User, django_assert_max_num_queries: object
) -> None:
    for count in (5, 40):
        for number in range(count):
            make_open(ada, f"Task {number}", points=3)
            make_finished(ada, day=number)
        with django_assert_max_num_queries(32):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
            assert browser_of_ada.get("/insights/").status_code == 200
    assert Task.objects.filter(user=ada, status=Status.DONE).count() == 45
