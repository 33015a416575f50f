"""What is answered once something was done: the parts of the page at hand that are other now, or the whole page."""

from __future__ import annotations

from collections.abc import Callable
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
from ekachit.web.focus_bar import bar_of
from ekachit.web.visit import Visit

# The pages with a part that lives: its template, and what it shows.
Screen = Callable[[Visit], dict[str, object]]
_LIVING: dict[str, tuple[str, Screen]] = {
    "web:today": ("web/today/rows.html", today.screen),
    "web:board": ("web/board/columns.html", board.screen),
    "web:task": ("web/task_page/live.html", task_page.live),
}


def answer(request: Visit, told: str, *, anchor: str = "") -> HttpResponse:
    """Tell what was done: in parts for a page that can swap them, else on the page that the person came from."""
    if not request.htmx:
        messages.success(request, told)
        return redirect(back(request) + (f"#{anchor}" if anchor else ""))
    return parts(request, told=told)


def refusal(request: Visit, wrong: TaskError, *, anchor: str = "") -> HttpResponse:
    """Tell why nothing was done, with the page as things are now."""
    if not request.htmx:
        messages.error(request, str(wrong))
        return redirect(back(request) + (f"#{anchor}" if anchor else ""))
    return parts(request, trouble=str(wrong))


def parts(request: Visit, *, told: str = "", trouble: str = "") -> HttpResponse:
    """Return the living parts of the page at hand, and the bar."""
    template, screen = _LIVING.get(_page_of(request), ("", _bar_alone))
    context = screen(request)
    context |= {"fragment": True, "oob": True, "told": told, "flash": trouble, "part": template}
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
