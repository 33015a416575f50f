"""Why a connection could not be made or used."""

from __future__ import annotations

from ekachit.connections.words import Words, words_for


class ConnectError(Exception):
    """Connecting failed and nothing was stored. `code` is stable; the words are for people."""

    def __init__(self, code: str, *, wait_seconds: float | None = None) -> None:
        self.code = code
        self.wait_seconds = wait_seconds
        self.words: Words = words_for(code)
        super().__init__(code)

    @property
    def title(self) -> str:
        """What went wrong, in one plain sentence."""
        return str(self.words.title)

    @property
    def next_step(self) -> str:
        """What to do about it."""
        return str(self.words.next_step)

    @property
    def field(self) -> str | None:
        """The input it belongs to: `site`, `email`, `token`, or None for the whole form."""
        return self.words.field
