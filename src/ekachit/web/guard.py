"""The plan gate: Jira needs Pro, everything else works without."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect, render

from ekachit.web.visit import Visit

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Visit, Arguments], HttpResponse]


def needs_pro(view: View[Arguments]) -> View[Arguments]:
    """Let only Pro accounts through; others see what Pro gives, and what they sent is refused."""

    @wraps(view)
    def guarded(request: Visit, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if request.user.is_pro:
            return view(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            return redirect("web:jira")
        return render(request, "web/jira/page.html", {"refused": True}, status=403)

    return guarded
