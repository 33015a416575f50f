"""What every page's template can use."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ekachit.accounts.models import User
from ekachit.sync.queries import SideBar, side_bar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

VERSION = version("ekachit")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `keys` are pressed one after the other to go there."""

    address: str
    label: _StrPromise
    keys: str
    icon: str
    current: bool


def page(request: HttpRequest) -> dict[str, object]:
    """Return the navigation, the line about Jira and the like; a query is made only for what is shown."""
    return {
        "csp_nonce": getattr(request, "csp_nonce", None),
        "first_account": SimpleLazyObject(lambda: not User.objects.exists()),
        "nav": _places(request.path),
        "side_bar": SimpleLazyObject(lambda: _side_bar(request)),
        "version": VERSION,
    }


def _side_bar(request: HttpRequest) -> SideBar | None:
    user = getattr(request, "user", None)
    return side_bar(user) if isinstance(user, User) else None


def _places(path: str) -> list[Place]:
    today, settings = reverse("web:today"), reverse("web:settings")
    in_settings = path.startswith((settings, "/accounts/"))
    return [
        Place(today, _("Today"), "g t", "today", current=path.startswith(today)),
        Place(settings, _("Settings"), "g s", "settings", current=in_settings),
    ]
