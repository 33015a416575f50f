"""What is answered once something was done: the parts of the page at hand that are other now, or the whole page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from ekachit.tasks.actions import TaskError
from ekachit.web import board, task_page, today
from ekachit.web.changes import shown_by
from ekachit.web.focus_bar import bar_of
from ekachit.web.visit import Visit

Changed = Callable[[Visit, Mapping[int, str], Iterable[int]], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Living:
    """A page with a part that lives: that part whole, and where there are many rows, what is other in it."""

    template: str
    screen: Callable[[Visit], dict[str, object]]
    changed_template: str = ""
    changed: Changed | None = None


_LIVING = {
    "web:today": Living("web/today/rows.html", today.screen, "web/today/changed.html", today.changed),
    "web:board": Living("web/board/columns.html", board.screen, "web/board/changed.html", board.changed),
    "web:task": Living("web/task_page/live.html", task_page.live),
}


def answer(
    request: Visit, told: str, *, anchor: str = "", touched: Collection[int] = (), whole: bool = False
) -> HttpResponse:
    """Tell what was done: in parts for a page that can swap them, else on the page that the person came from.

    `touched` are the tasks that it was done to; `whole`: nobody knows what else it changed.
    """
    if not request.htmx:
        messages.success(request, told)
        return redirect(back(request) + (f"#{anchor}" if anchor else ""))
    return parts(request, told=told, touched=touched, whole=whole)


def refusal(request: Visit, wrong: TaskError, *, anchor: str = "") -> HttpResponse:
    """Tell why nothing was done, with the page as things are now."""
    if not request.htmx:
        messages.error(request, str(wrong))
        return redirect(back(request) + (f"#{anchor}" if anchor else ""))
    return parts(request, trouble=str(wrong))


def parts(
    request: Visit,
    *,
    told: str = "",
    trouble: str = "",
    touched: Collection[int] = (),
    whole: bool = False,
) -> HttpResponse:
    """Return what is other in the living part of the page at hand, or all of it, and the bar."""
    page = _LIVING.get(_page_of(request), Living("", _bar_alone))
    shown = None if whole or page.changed is None else shown_by(request)
    if shown is None or page.changed is None:
        context = page.screen(request) | {"part": page.template, "oob": True}
    else:
        context = page.changed(request, shown, touched) | {"part": page.changed_template}
    context |= {"fragment": True, "told": told, "flash": trouble}
    return render(request, "web/focus/parts.html", context)


def _bar_alone(request: Visit) -> dict[str, object]:
    return {"focus": bar_of(request.user, now=timezone.now())}


def back(request: Visit) -> str:
    """Return the address of the page that the person came from, Today where it is not one of ours."""
    address = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(address, None) and address.startswith("/")
    return address if ours else reverse("web:today")


def gone_on(request: Visit, address: str) -> HttpResponse:
    """Lead to another page, also a page that swaps parts."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _page_of(request: Visit) -> str:
    try:
        return resolve(urlsplit(request.htmx.current_url_abs_path or "").path).view_name
    except Resolver404:
        return ""
