"""Error pages in our voice: what happened, what to do, and an id that is also in the log. Never a trace."""

from __future__ import annotations

import logging
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The words of an error page."""

    status: int
    title: _StrPromise
    next_step: _StrPromise


BAD_REQUEST = Trouble(
    400, _("That request made no sense here."), _("Go back, reload the page and try again.")
)
FORBIDDEN = Trouble(403, _("You may not do that."), _("It needs rights that your account does not have."))
CSRF = Trouble(
    403,
    _("This form could not be trusted."),
    _("It was open for long, or cookies are blocked. Go back, reload the page and send it again."),
)
TOO_MANY_FIELDS = Trouble(
    400,
    _("That form has too many fields."),
    _("No form here has as many. Go back, reload the page and try again."),
)
# By what the server says of a body that it did not read.
UNREAD = {
    "too_large": Trouble(
        413,
        _("That is too large."),
        _("At most 2.5 MB are taken at once, and nothing was saved. Send it in parts."),
    ),
    "too_slow": Trouble(
        408,
        _("That came too slowly."),
        _("It did not arrive whole in time, so nothing was saved. Try again."),
    ),
    "too_many": Trouble(
        503, _("Too much is being sent at the moment."), _("Nothing was saved. Try again in a minute.")
    ),
}
NOT_FOUND = Trouble(
    404,
    _("There is nothing here."),
    _("The address is wrong, or what was here is not yours or no longer exists."),
)
SERVER_ERROR = Trouble(
    500,
    _("Something broke on our side."),
    _("What was saved before is safe. Try again; if it stays, tell the administrator the id below."),
)
BUSY = Trouble(
    503,
    _("The database is busy."),
    _("Something else is being written for long, so what you sent was not saved. Try again in a moment."),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood, or is more than is taken."""
    if isinstance(exception, RequestDataTooBig):
        return unread(request, "too_large")
    many = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return _page(request, TOO_MANY_FIELDS if many else BAD_REQUEST)


def unread(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a request whose body was not read, for the reason that `code` says."""
    return _page(request, UNREAD[code])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 # Django's signature
    """Answer somebody who lacks the right."""
    return _page(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 # Django's signature
    """Answer for what does not exist, or not for this person."""
    return _page(request, NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 # Django's signature
    """Answer a form without its proof of origin."""
    return _page(request, CSRF)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when our own code failed: no query, no session, nothing that could fail again."""
    trouble = BUSY if _is_busy(sys.exception()) else SERVER_ERROR
    error_id = _log(request, trouble)
    text = render_to_string("web/errors/server.html", {"trouble": trouble, "error_id": error_id})
    return HttpResponse(text, status=trouble.status)


def _is_busy(raised: BaseException | None) -> bool:
    """Whether the database turned a transaction away for the sake of another one; all of it is undone."""
    if not isinstance(raised, OperationalError):
        return False
    # SQLite says it in words (SQLITE_BUSY), PostgreSQL by class 40, transaction rollback, and 55P03, lock not available.
    state = str(getattr(raised.__cause__, "sqlstate", ""))
    return "is locked" in str(raised) or state.startswith("40") or state == "55P03"


def _page(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    error_id = _log(request, trouble)
    context = {"trouble": trouble, "error_id": error_id}
    return render(request, "web/errors/page.html", context, status=trouble.status)


def _log(request: HttpRequest, trouble: Trouble) -> str:
    """Return a new id, which the log now has beside the address; never the query, which may hold a secret."""
    error_id = secrets.token_hex(4)
    logger.warning("error page %s: %d for %s %r", error_id, trouble.status, request.method, request.path)
    return error_id
