"""The suggestion on the pages: shown where the number is set, used or put off by a click, never otherwise."""

from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.domain.estimation.sessions import OVERNIGHT
from ekachit.estimates.models import Suggestion, SuggestionState
from ekachit.tasks.models import ProjectMultiplier
from ekachit.web.templatetags.estimates import percent, span, why_left_out
from tests.estimates.making import make_finished, make_history, make_open


@pytest.fixture
def offered(browser_of_ada: Client, ada: User) -> Suggestion:
    make_history(ada, 25, per_point=5.0)
    browser_of_ada.get("/insights/")
    return Suggestion.objects.get(user=ada)


def test_it_is_on_the_settings_and_the_connections_page_with_interval_and_count(
    browser_of_ada: Client, ada: User, connection: Connection
) -> None:
    make_history(ada, 25, per_point=5.0)
    make_finished(ada, hours=20, whole=True, day=30)
    for address in ("/settings/", f"/settings/jira/{connection.pk}/"):
        page = browser_of_ada.get(address).text
        assert "Suggested for you:" in page
        assert "from 25 finished tasks." in page
        assert "Left out: timers that ran overnight: 1." in page
        assert f'name="next" value="{address}"' in page


def test_below_ten_and_where_it_fits_there_is_silence(browser_of_ada: Client, ada: User) -> None:
    make_history(ada, 9, per_point=9.0)
    assert "Suggested for" not in browser_of_ada.get("/settings/").text
    assert not Suggestion.objects.exists()


def test_using_it_changes_the_number_and_open_tasks_at_once(
    browser_of_ada: Client, ada: User, offered: Suggestion
) -> None:
    task = make_open(ada, points=3)
    answer = browser_of_ada.post(
        f"/insights/suggestions/{offered.pk}/use/", {"next": "/settings/"}, follow=True
    )
    assert answer.redirect_chain[0][0] == "/settings/"
    assert "The estimate of 1 open task follows it." in answer.text
    ada.refresh_from_db()
    task.refresh_from_db()
    assert float(ada.multiplier) == pytest.approx(offered.value, abs=0.06)
    assert task.estimate_hours == pytest.approx(3 * float(ada.multiplier))
    page = browser_of_ada.get("/insights/").text
    assert "Suggested for you" not in page
    assert "too early to say" in page


def test_not_now_is_kept_and_silent(browser_of_ada: Client, ada: User, offered: Suggestion) -> None:
    answer = browser_of_ada.post(f"/insights/suggestions/{offered.pk}/not-now/", follow=True)
    assert "only when the number has moved" in answer.text
    assert "Suggested for you" not in browser_of_ada.get("/settings/").text
    offered.refresh_from_db()
    assert offered.state == SuggestionState.NOT_NOW
    ada.refresh_from_db()
    assert ada.multiplier == 2


@pytest.mark.parametrize("answer", ["use", "not-now"])
def test_only_a_persons_own_click_with_proof_of_origin_answers(
    client: Client, outsider: Client, browser_of_ada: Client, ada: User, offered: Suggestion, answer: str
) -> None:
    address = f"/insights/suggestions/{offered.pk}/{answer}/"
    assert client.post(address).status_code == 302
    assert outsider.post(address).status_code == 404
    assert browser_of_ada.get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(address).status_code == 403
    offered.refresh_from_db()
    assert offered.state == SuggestionState.SHOWN


def test_an_answer_that_comes_twice_says_so(browser_of_ada: Client, offered: Suggestion) -> None:
    address = f"/insights/suggestions/{offered.pk}/use/"
    browser_of_ada.post(address)
    assert "This suggestion is no longer open" in browser_of_ada.post(address, follow=True).text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_answer_never_leads_away_from_here(browser_of_ada: Client, offered: Suggestion, back: str) -> None:
    answer = browser_of_ada.post(f"/insights/suggestions/{offered.pk}/not-now/", {"next": back})
    assert answer.headers["Location"] == "/insights/"


def test_a_projects_own_number_can_be_given_up(browser_of_ada: Client, outsider: Client, ada: User) -> None:
    ProjectMultiplier.objects.create(user=ada, project_key="OPS", hours_per_point=4)
    task = make_open(ada, points=2, project_key="OPS", estimate_hours=8.0)
    assert "1 story point in OPS =" in browser_of_ada.get("/settings/").text
    outsider.post("/insights/projects/forget/", {"project": "OPS"})
    assert ProjectMultiplier.objects.exists()
    browser_of_ada.post("/insights/projects/forget/", {"project": "OPS"})
    task.refresh_from_db()
    assert (task.estimate_hours, ProjectMultiplier.objects.exists()) == (4.0, False)


def test_a_projects_own_number_is_typed_where_the_number_is_set(
    browser_of_ada: Client, outsider: Client, ada: User
) -> None:
    task = make_open(ada, points=2, project_key="OPS")
    other = make_open(ada, points=2)
    page = browser_of_ada.get("/settings/").text
    assert '<option value="OPS">' in page
    sent = {"project": "OPS", "multiplier": "3.25", "next": "/settings/"}
    outsider.post("/settings/estimates/project/", sent)
    assert not ProjectMultiplier.objects.exists()
    answer = browser_of_ada.post("/settings/estimates/project/", sent, follow=True)
    assert answer.redirect_chain[0][0] == "/settings/"
    assert "One point in OPS is 3.25 hours now. The estimate of 1 open task follows it." in answer.text
    assert 'name="multiplier" value="3.25"' in answer.text
    assert '<option value="OPS">' not in answer.text
    task.refresh_from_db()
    other.refresh_from_db()
    assert (task.estimate_hours, other.estimate_hours) == (6.5, 4.0)
    assert "2 points at 3h 15m each." in browser_of_ada.get(f"/tasks/{task.pk}/").text
    assert "2 points at 2h each." in browser_of_ada.get(f"/tasks/{other.pk}/").text


@pytest.mark.parametrize(
    "sent", [{"project": "OPS"}, {"multiplier": "0"}, {"multiplier": "200"}, {"project": ""}]
)
def test_a_projects_number_that_cannot_be_is_refused_with_words(
    browser_of_ada: Client, ada: User, sent: dict[str, str]
) -> None:
    make_open(ada, points=2)
    answer = browser_of_ada.post(
        "/settings/estimates/project/", {"project": "PAY", "multiplier": "3"} | sent, follow=True
    )
    assert "was not saved" in answer.text or "None of your tasks is in the project" in answer.text
    assert not ProjectMultiplier.objects.exists()


def test_a_suggestion_for_a_project_goes_when_its_number_is_typed(browser_of_ada: Client, ada: User) -> None:
    make_history(ada, 40, per_point=2.0)
    make_history(ada, 40, per_point=6.0, project_key="OPS")
    assert "Suggested for OPS:" in browser_of_ada.get("/settings/").text
    row = Suggestion.objects.get(user=ada, project_key="OPS", state=SuggestionState.SHOWN)
    sent = {"project": "OPS", "multiplier": f"{row.learned:.2f}", "next": "/settings/"}
    page = browser_of_ada.post("/settings/estimates/project/", sent, follow=True).text
    assert "Suggested for OPS:" not in page


def test_rows_and_pages_of_tasks_show_ranges_and_marks(browser_of_ada: Client, ada: User) -> None:
    make_history(ada, 25, per_point=3.0)
    task = make_open(ada, points=3)
    bare = make_open(ada, "Fix it like the others", points=None)
    for address in ("/today/", "/board/"):
        page = browser_of_ada.get(address).text
        assert "<small>5h–" in page or "5h–" in page
        assert "≈ " in page
    page = browser_of_ada.get(f"/tasks/{task.pk}/").text
    assert "as your 25 finished tasks say" in page
    page = browser_of_ada.get(f"/tasks/{bare.pk}/").text
    assert "The three most alike:" in page
    assert page.count("Task of day") == 3


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5.2, 9.1, "5h–9h"),
        (0.34, 1.7, "0.3h–1.5h"),
        (14.6, 31.2, "15h–31h"),
        (9.9, 10.2, "10h"),
        (0.01, 0.02, "0.1h"),
    ],
)
def test_ranges_are_said_as_people_say_them(low: float, high: float, words: str) -> None:
    assert span(low, high) == words


def test_what_is_only_near_is_never_said_to_be_certain() -> None:
    assert [percent(value) for value in (0.0, 0.001, 0.85, 0.999, 1.0)] == [
        "0 %",
        "1 %",
        "85 %",
        "99 %",
        "100 %",
    ]


def test_reasons_of_a_later_version_are_shown_by_their_code() -> None:
    assert (
        why_left_out({OVERNIGHT.code: 2, "new_reason": 1, "unusable": 0})
        == "timers that ran overnight: 2, new_reason"
    )
