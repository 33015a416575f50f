"""What we asked Jira: the access ledger, each request ever made for a connection, filtered, totalled, as a file."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ekachit.connections.access import own_connection
from ekachit.connections.models import Connection
from ekachit.connections.requests_made import (
    Answer,
    Wanted,
    as_csv,
    lately,
    read_in_parts,
    reasons,
    requests_made,
)
from ekachit.web.ledger_words import choices
from ekachit.web.visit import Visit

PER_PAGE = 50
METHODS = ("GET", "POST")
_ANSWERS = [
    ("", gettext_lazy("Any answer")),
    (Answer.FINE, gettext_lazy("Answered")),
    (Answer.REFUSED, gettext_lazy("Refused (400 to 499)")),
    (Answer.FAILED, gettext_lazy("Failed, or no answer")),
]


class Filter(forms.Form):
    """Which requests to show."""

    method = forms.ChoiceField(label=gettext_lazy("Method"), required=False)
    why = forms.ChoiceField(label=gettext_lazy("Why"), required=False)
    answer = forms.ChoiceField(label=gettext_lazy("Answer"), choices=_ANSWERS, required=False)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: object, connection: Connection) -> None:
        super().__init__(*args)  # type: ignore[arg-type] # the form's own arguments, passed on
        method, why = self.fields["method"], self.fields["why"]
        assert isinstance(method, forms.ChoiceField)  # noqa: S101 # for mypy: declared above
        assert isinstance(why, forms.ChoiceField)  # noqa: S101 # likewise
        method.choices = [("", _("Any method")), *((each, each) for each in METHODS)]
        why.choices = [("", _("Any reason")), *choices(reasons(connection))]

    @property
    def wanted(self) -> Wanted:
        """What is asked for; an input that makes no sense asks for nothing."""
        self.is_valid()
        typed = self.cleaned_data
        answer = typed.get("answer")
        return Wanted(
            method=typed.get("method", ""),
            why=typed.get("why", ""),
            answer=Answer(answer) if answer else None,
            since=typed.get("since"),
            until=typed.get("until"),
        )


@require_safe
def access(request: Visit, connection_id: int) -> HttpResponse:
    """Show the page."""
    connection = own_connection(request.user, connection_id)
    form = Filter(request.GET, connection=connection)
    wanted = form.wanted
    records = Paginator(requests_made(connection, wanted), PER_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "connection": connection,
        "form": form,
        "records": records,
        "lately": lately(connection, now=timezone.now()),
        "filtered": wanted != Wanted(),
        "asked": asked.urlencode(),
    }
    return render(request, "web/jira_access/page.html", context)


@require_safe
def download(request: Visit, connection_id: int) -> StreamingHttpResponse:
    """Hand out the requests as a CSV file, those that the filter asks for."""
    connection = own_connection(request.user, connection_id)
    rows = requests_made(connection, Filter(request.GET, connection=connection).wanted)
    answer = StreamingHttpResponse(as_csv(read_in_parts(rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ekachit-jira-requests.csv"'
    return answer
