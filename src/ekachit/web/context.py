"""What every page's template can use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ekachit.accounts.models import User
from ekachit.sync.queries import Waiting, waiting_for
from ekachit.sync.standing import SideBar, Standing, side_bar, standings_of
from ekachit.web.attention import Card, cards_of
from ekachit.web.focus_bar import Bar, bar_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

VERSION = version("ekachit")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `keys` are pressed one after the other to go there. `count` waits there."""

    address: str
    label: _StrPromise
    keys: str
    icon: str
    current: bool
    count: int = 0


class Surroundings:
    """What is asked for around a page; each thing is read once, and only where it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        user = getattr(request, "user", None)
        self._user = user if isinstance(user, User) else None
        self._path = request.path
        self._now = timezone.now()

    @cached_property
    def waiting(self) -> Waiting:
        """How many things wait for the person's eye."""
        if self._user is None:
            return Waiting(0, 0)
        return self.standings[0].waiting if self.standings else waiting_for(self._user)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """How the person's connections stand."""
        return () if self._user is None else standings_of(self._user, now=self._now)

    def side_bar(self) -> SideBar | None:
        """The line about Jira."""
        return side_bar(self.standings, now=self._now)

    def cards(self) -> list[Card]:
        """What needs the person now."""
        return cards_of(self.standings, now=self._now)

    def focus(self) -> Bar:
        """The bar on top; a page with rows has read it already, and says it itself."""
        return Bar() if self._user is None else bar_of(self._user, now=self._now)

    def places(self) -> list[Place]:
        """The navigation; what waits for the person has an entry only while it does."""
        path, waiting = self._path, self.waiting
        today, settings = reverse("web:today"), reverse("web:settings")
        aside, notices = reverse("web:set_aside"), reverse("web:notices")
        in_settings = path.startswith((settings, "/accounts/"))
        board, insights = reverse("web:board"), reverse("web:insights")
        places = [
            Place(today, _("Today"), "g t", "today", current=path.startswith(today)),
            Place(board, _("Board"), "g b", "board", current=path.startswith(board)),
            Place(insights, _("Insights"), "g i", "insights", current=path.startswith(insights)),
        ]
        if waiting.set_aside or path == aside:
            places.append(Place(aside, _("Set aside"), "g a", "aside", path == aside, waiting.set_aside))
        if waiting.notices or path == notices:
            places.append(Place(notices, _("Notices"), "g n", "notices", path == notices, waiting.notices))
        return [*places, Place(settings, _("Settings"), "g s", "settings", current=in_settings)]


def page(request: HttpRequest) -> dict[str, object]:
    """Return the navigation, the line about Jira and the like; a query is made only for what is shown."""
    around = Surroundings(request)
    return {
        "csp_nonce": getattr(request, "csp_nonce", None),
        "first_account": SimpleLazyObject(lambda: not User.objects.exists()),
        "nav": SimpleLazyObject(around.places),
        "cards": SimpleLazyObject(around.cards),
        "focus": SimpleLazyObject(around.focus),
        "side_bar": SimpleLazyObject(around.side_bar),
        "version": VERSION,
    }
