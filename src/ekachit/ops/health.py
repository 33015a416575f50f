"""`/health/`: is the installation able to work; for load balancers and monitors, no details for strangers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ekachit.ops.heartbeat import workers_alive
from ekachit.ops.write_ahead_log import is_bounded


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 # Django's signature
    """Answer 200 when the database answers, its log is bounded and a worker lives, else 503 with which it is not."""
    database, worker = True, False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = workers_alive() > 0
    except DatabaseError:
        database = False
    parts = {"database": database, "write_ahead_log": is_bounded(), "worker": worker}
    fine = all(parts.values())
    return JsonResponse({"ok": fine, **parts}, status=200 if fine else 503)
