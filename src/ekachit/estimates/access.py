"""The only door from a person to a suggestion: somebody else's does not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.estimates.models import Suggestion


def own_suggestion(user: User, suggestion_id: int) -> Suggestion:
    """Return the person's suggestion.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Suggestion, pk=suggestion_id, user=user)
