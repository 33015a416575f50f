"""Connecting a Jira: three steps to a token, three fields, or one click for the sandbox."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from ekachit.connections import actions
from ekachit.connections.access import own_connection
from ekachit.connections.errors import ConnectError
from ekachit.connections.queries import new_token_url, sandbox_offered
from ekachit.web.forms import ConnectForm
from ekachit.web.guard import needs_pro
from ekachit.web.sent import number
from ekachit.web.visit import Visit

TROUBLE_ID = "connect-trouble"


@sensitive_post_parameters("token")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def connect(request: Visit) -> HttpResponse:
    """Show the form; connect with what was typed, and go on to the projects."""
    if request.method != "POST":
        return _show(request, ConnectForm(initial=_known(request)))
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        connection = actions.connect(request.user, **form.cleaned_data)
    except ConnectError as trouble:
        form.point_at(trouble.field, TROUBLE_ID)
        return _show(request, form, trouble=trouble, status=422)
    messages.success(request, _("Connected to %(site)s.") % {"site": connection.site})
    return redirect("web:projects", connection.pk)


@require_POST
@needs_pro
def sandbox(request: Visit) -> HttpResponse:
    """Connect the sandbox Jira, which needs no account."""
    try:
        connection = actions.connect_sandbox(request.user)
    except ConnectError as trouble:
        return _show(request, ConnectForm(), trouble=trouble, status=422)
    messages.success(request, _("Connected to the sandbox Jira."))
    return redirect("web:projects", connection.pk)


def _known(request: Visit) -> dict[str, str]:
    """The site and e-mail of the connection that is to be connected again."""
    again = number(request.GET.get("again", ""))
    if again is None:
        return {}
    connection = own_connection(request.user, again)
    return {"site": connection.site, "email": connection.email}


def _show(
    request: Visit, form: ConnectForm, *, trouble: ConnectError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "trouble": trouble,
        "trouble_id": TROUBLE_ID,
        "new_token_url": new_token_url,
        "sandbox_offered": sandbox_offered(),
    }
    return render(request, "web/jira_connect/page.html", context, status=status)
