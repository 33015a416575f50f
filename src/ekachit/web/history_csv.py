"""The person's own history: finished tasks out of a file, with a look at them first, and all of them into one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ekachit.domain.estimation.history_csv import COLUMNS
from ekachit.estimates.actions import bring_in, forget_brought_in
from ekachit.estimates.history import known_of
from ekachit.estimates.models import PastTask
from ekachit.estimates.own_history import MOST_BYTES, export, past_tasks, read_file
from ekachit.web.visit import Visit

ROWS_SHOWN = 10
ERRORS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: Visit) -> HttpResponse:
    """Show what a file would bring in; nothing is stored before the person says so on that page."""
    if request.method != "POST":
        return _page(request)
    sent = request.FILES.get("file")
    if sent is None and "text" not in request.POST:
        return _page(request, trouble=_("Choose a file first."))
    if sent is not None and (sent.size or 0) > MOST_BYTES:
        return _page(request, trouble=_("The file is larger than 1 MB. Split it, and bring in the parts."))
    try:
        text = request.POST["text"] if sent is None else sent.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return _page(request, trouble=_("The file is not text in UTF-8. Save it as “CSV UTF-8”."))
    return _preview(request, text)


@require_POST
def confirm(request: Visit) -> HttpResponse:
    """Store what the preview showed."""
    text = request.POST.get("text", "")
    if len(text.encode()) > MOST_BYTES:
        return _page(request, trouble=_("The file is larger than 1 MB. Split it, and bring in the parts."))
    reading = read_file(text, known_of(request.user), request.POST.get("person", ""))
    count = bring_in(request.user, past_tasks(request.user, reading.rows, now=timezone.now()))
    said = ngettext(
        "%(count)d finished task was brought in.", "%(count)d finished tasks were brought in.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("web:insights")


@require_POST
def forget(request: Visit) -> HttpResponse:
    """Remove what was brought in."""
    count = forget_brought_in(request.user)
    said = ngettext(
        "%(count)d task that was brought in is removed.",
        "%(count)d tasks that were brought in are removed.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("web:history_csv")


@require_safe
def download(request: Visit) -> HttpResponse:
    """Give all finished tasks that are learned from as a file."""
    answer = HttpResponse(export(known_of(request.user)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ekachit-history.csv"'
    return answer


def _preview(request: Visit, text: str) -> HttpResponse:
    reading = read_file(text.replace("\r\n", "\n"), known_of(request.user), request.POST.get("person", ""))
    context = {
        "reading": reading,
        "text": text,
        "rows": reading.rows[:ROWS_SHOWN],
        "rows_more": max(0, len(reading.rows) - ROWS_SHOWN),
        "errors": reading.errors[:ERRORS_SHOWN],
        "errors_more": max(0, len(reading.errors) - ERRORS_SHOWN),
    }
    return render(request, "web/history_csv/preview.html", context, status=200 if reading.rows else 422)


def _page(request: Visit, *, trouble: str = "") -> HttpResponse:
    context = {
        "trouble": trouble,
        "columns": COLUMNS,
        "brought_in": PastTask.objects.filter(user=request.user).count(),
    }
    return render(request, "web/history_csv/page.html", context, status=422 if trouble else 200)
