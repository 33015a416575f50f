"""Why a key or a sealed token cannot be used."""

from __future__ import annotations


class VaultError(Exception):
    """A key or a sealed token cannot be used. `code` is stable; the text is for whoever runs the server.

    Codes: `key_missing` (no such file, or no key with that id), `key_wrong` (a key that does not open what it
    should), `key_file_exposed` (others may read the file), `key_file_broken` (not a key ring), `key_exists`
    (a file is already there), `sealed_broken` (cut, altered, of an unknown format, or moved from another
    row), `token_ended` (a disconnect has ended it, and a restore brought it back), `ended_unreadable` (which those are
    cannot be read), `elsewhere` (a copy of the database may be in use elsewhere).
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
