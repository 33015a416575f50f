"""What every page gets: the person's time zone and language, and no trace left in shared caches."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from ekachit.config import UNREAD_BODY
from ekachit.web.errors import unread

Answer = Callable[[HttpRequest], HttpResponse]


def _signed_in(request: HttpRequest) -> bool:
    """Whether a person is signed in; without a session cookie nothing is looked up."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


class UnreadBodiesMiddleware:
    """Answers with a page where the server did not read what was sent."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; nothing is looked up and no form is taken where its body was not read."""
        code = request.META.get(UNREAD_BODY)
        return unread(request, code) if code else self.get_response(request)


class OwnWaysMiddleware:
    """Shows times in the person's zone, and texts in the language they chose, else in the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the person's zone and language active; UTC and the browser's language for strangers."""
        if not _signed_in(request) or request.user.is_anonymous:
            return self.get_response(request)
        with timezone.override(request.user.zone):
            if not request.user.language:
                return self.get_response(request)
            with translation.override(request.user.language):
                response = self.get_response(request)
            # LocaleMiddleware, further out, would name the browser's.
            response.headers["Content-Language"] = request.user.language
            return response


class PrivatePagesMiddleware:
    """Keeps a person's pages out of every cache, and the sign-in form out of a page that polls."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, uncached where somebody is signed in."""
        signed_in = _signed_in(request)
        response = self.get_response(request)
        if response.status_code == 302 and request.headers.get("HX-Request") == "true":  # noqa: PLR2004 # "Found"
            response = HttpResponseClientRedirect(response["Location"])
        if signed_in:
            add_never_cache_headers(response)
        return response
