"""The request as our middleware hands it to a page."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from ekachit.accounts.models import User


class Visit(HttpRequest):
    """A request by a signed-in person; `LoginRequiredMiddleware` lets nobody else through."""

    user: User
    htmx: HtmxDetails
