"""Changing a status from the row: with a menu, with `x`, with and without JavaScript."""

from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.tasks.models import Status, Task
from tests.web.making import make_task

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/today/"}


@pytest.fixture
def task(ada: User) -> Task:
    return make_task(ada, "Write it down")


def address(task: Task) -> str:
    return f"/tasks/{task.pk}/status/"


def test_the_menu_of_a_row_offers_each_status_and_leads_on_without_a_script(
    browser_of_ada: Client, task: Task
) -> None:
    page = browser_of_ada.get("/today/").text
    menu = page.partition('<details class="menu status')[2].partition("</details>")[0]
    assert f'href="/tasks/{task.pk}/"' in menu
    template = page.partition('<template id="row-menu">')[2].partition("</template>")[0]
    for status in Status.values:
        assert f'form="act" data-to="status/" name="status" value="{status}"' in template
    assert '<form id="act" method="post"' in page


def test_the_page_of_the_task_offers_each_status_and_marks_the_present_one(
    browser_of_ada: Client, task: Task
) -> None:
    page = browser_of_ada.get(f"/tasks/{task.pk}/").text
    for status in Status.values:
        pressed = "true" if status == Status.TODO else "false"
        button = f'formaction="{address(task)}" name="status" value="{status}" aria-pressed="{pressed}"'
        assert button in page


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.DONE])
def test_without_javascript_it_comes_back_to_the_row(
    browser_of_ada: Client, task: Task, status: Status
) -> None:
    answer = browser_of_ada.post(address(task), {"status": status.value})
    assert answer.headers["Location"] == f"/today/#task-{task.pk}"
    task.refresh_from_db()
    assert task.status == status
    assert task.status_changed_at is not None
    assert "“Write it down” is" in browser_of_ada.get("/today/").text


def test_done_today_shows_what_was_done(browser_of_ada: Client, task: Task) -> None:
    part = browser_of_ada.post(address(task), {"status": "done"}, headers=HTMX).text
    assert "<html" not in part
    assert "Done today <span>1</span>" in part
    assert '<p id="told" class="sr" role="status" hx-swap-oob="true">“Write it down” is done.</p>' in part
    assert f'id="task-{task.pk}"' in part.partition("Done today")[2]


def test_what_was_done_can_be_opened_again(browser_of_ada: Client, task: Task) -> None:
    browser_of_ada.post(address(task), {"status": "done"})
    browser_of_ada.post(address(task), {"status": "todo"})
    task.refresh_from_db()
    assert (task.status, task.done_at) == (Status.TODO, None)


@pytest.mark.parametrize("status", ["", "finished", "<b>"])
def test_a_status_that_is_none_changes_nothing(browser_of_ada: Client, task: Task, status: str) -> None:
    answer = browser_of_ada.post(address(task), {"status": status})
    assert answer.status_code == 400
    assert "made no sense here" in answer.text
    task.refresh_from_db()
    assert task.status == Status.TODO


def test_only_its_owner_changes_it_and_only_by_post(
    browser_of_ada: Client, outsider: Client, client: Client, task: Task
) -> None:
    assert browser_of_ada.get(address(task)).status_code == 405
    assert outsider.post(address(task), {"status": "done"}).status_code == 404
    assert client.post(address(task), {"status": "done"}).status_code == 302
    task.refresh_from_db()
    assert task.status == Status.TODO


def test_the_list_of_keys_names_them(browser_of_ada: Client, task: Task) -> None:
    page = browser_of_ada.get("/today/").text
    assert "<kbd>j</kbd> <kbd>k</kbd>" in page
    assert "<kbd>x</kbd>" in page
    assert "ekachit/rows.js" in page


def test_an_address_that_leads_to_a_row_still_gets_the_rows_anew(browser_of_ada: Client, ada: User) -> None:
    task = make_task(ada)
    answer = browser_of_ada.post(
        f"/tasks/{task.pk}/status/",
        {"status": "done"},
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver/today/#task-{task.pk}"},
    )
    assert 'id="today" hx-swap-oob="true"' in answer.text
