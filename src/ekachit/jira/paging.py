"""When a listing ends, and whether it ended well.

`isLast` was wrong at times (JRACLOUD-95477), and a token may come again for ever, so a listing also ends
without a token, at a token seen before, at a page that brings nothing new, and after a number of pages.
"""

from __future__ import annotations

from typing import Final

MOST_PAGES: Final = 1000


class Listing:
    """Follows one listing page by page."""

    def __init__(self, most_pages: int = MOST_PAGES) -> None:
        self._seen: set[str] = set()
        self._tokens: set[str] = set()
        self._pages_left = most_pages
        self.complete = True

    def is_new(self, item_id: str) -> bool:
        """Whether an item comes for the first time; of two the first counts."""
        if item_id in self._seen:
            return False
        self._seen.add(item_id)
        return True

    def miss(self) -> None:
        """Note that something is missing: the listing is not complete."""
        self.complete = False

    def next_token(self, token: str | None, *, is_last: bool | None, news: int) -> str | None:
        """Return the token of the next page, None at the end. `news` is how many new items the page brought.

        Where the end is not one that Jira means, the listing is no longer complete.
        """
        self._pages_left -= 1
        if is_last or not token:
            return None
        if token in self._tokens or not news or self._pages_left <= 0:
            self.miss()
            return None
        self._tokens.add(token)
        return token
