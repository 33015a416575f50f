"""A text that shows itself to nobody who does not ask for it by name."""

from __future__ import annotations

import hmac
from typing import Final, Never

MASK: Final = "***"


class Secret:
    """Holds a text. Printing, formatting, logging and pickling never give it away; `reveal` does."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        """Compare in a time that does not depend on where the texts differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._text.encode("utf-8", "surrogatepass"), other._text.encode("utf-8", "surrogatepass")
        )

    # A hash of the text would be a way to guess it.
    __hash__ = None  # type: ignore[assignment] # how Python spells "not hashable"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("a Secret cannot be pickled or copied")
