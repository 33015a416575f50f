"""What was told since, for a page that stays open and shows it by the browser."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ekachit.accounts.notices import notices_of
from ekachit.connections.models import Connection
from ekachit.web.notices import words_of
from ekachit.web.sent import number
from ekachit.web.visit import Visit

AT_MOST = 5


@require_safe
def notices_new(request: Visit) -> HttpResponse:
    """Return the notices after one, oldest first, and the newest one's number; without `after` that alone.

    Nothing is marked as seen: a notification that went by was not read.
    """
    told = notices_of(request.user)
    newest = told.order_by("-pk").values_list("pk", flat=True).first() or 0
    after = number(request.GET.get("after", ""))
    if after is None or after >= newest:
        return JsonResponse({"newest": newest, "notices": []})
    own = set(Connection.objects.filter(user=request.user).values_list("pk", flat=True))
    new = told.filter(pk__gt=after, seen_at__isnull=True).order_by("-pk")[:AT_MOST]
    shown = [(each.pk, words_of(each, own)) for each in reversed(new)]
    return JsonResponse(
        {
            "newest": newest,
            "notices": [
                {"id": number, "text": words.text, "address": words.address} for number, words in shown
            ],
        }
    )
