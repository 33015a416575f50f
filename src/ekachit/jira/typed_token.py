"""A token as it was typed or pasted."""

from __future__ import annotations

from typing import Final

_LONGEST_TOKEN: Final = 4096


class TokenError(Exception):
    """A typed text cannot be a token. Codes: `token_empty`, `token_broken`. The text is never repeated."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def clean_token(text: str) -> str:
    """Return a typed token without the blanks and line ends round it.

    Raises:
        TokenError: it is empty, longer than 4096 characters, or has a blank or a sign that is not visible
        ASCII.
    """
    token = text.strip()
    if not token:
        raise TokenError("token_empty")
    if len(token) > _LONGEST_TOKEN or not _is_visible_ascii(token):
        # The frame must not keep the text for a traceback to show.
        del text, token
        raise TokenError("token_broken")
    return token


def _is_visible_ascii(text: str) -> bool:
    return all("!" <= sign <= "~" for sign in text)
