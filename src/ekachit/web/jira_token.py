"""A new token for a connection whose old one ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from ekachit.connections import actions
from ekachit.connections.access import own_connection
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, State
from ekachit.connections.queries import new_token_url
from ekachit.web.forms import TokenForm
from ekachit.web.guard import needs_pro
from ekachit.web.visit import Visit

TROUBLE_ID = "token-trouble"


@sensitive_post_parameters("token")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def token(request: Visit, connection_id: int) -> HttpResponse:
    """Show the form; put the new token in the old one's place once Jira has accepted it."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira_connect")
    if request.method != "POST":
        return _show(request, connection, TokenForm(initial={"email": connection.email}))
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, connection, form, status=422)
    try:
        actions.replace_token(connection, **form.cleaned_data)
    except ConnectError as trouble:
        form.point_at(trouble.field, TROUBLE_ID)
        return _show(request, connection, form, trouble=trouble, status=422)
    messages.success(
        request, _("The new token works. The old one is destroyed here; revoke it at Atlassian too.")
    )
    return redirect("web:connection", connection.pk)


def _show(
    request: Visit,
    connection: Connection,
    form: TokenForm,
    *,
    trouble: ConnectError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "connection": connection,
        "form": form,
        "trouble": trouble,
        "trouble_id": TROUBLE_ID,
        "new_token_url": new_token_url,
    }
    return render(request, "web/jira_token/page.html", context, status=status)
