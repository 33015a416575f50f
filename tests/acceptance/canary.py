"""A secret in every form in which it could leak, and where to look for it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms(secret: str) -> dict[str, bytes]:
    """The secret as it may stand in a file: plain, encoded, or inside something longer that was encoded."""
    raw = secret.encode()
    found = {
        "plain": raw,
        "backwards": raw[::-1],
        "utf-16": secret.encode("utf-16-le"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "html": html.escape(secret).encode(),
        "repr": repr(secret)[1:-1].encode(),
        "percent": quote(secret, safe="").encode(),
        "percent, lower case": quote(secret, safe="").lower().encode(),
        "form": quote_plus(secret).encode(),
    }
    for offset in range(3):
        for name, encode in (("base64", base64.b64encode), ("urlsafe", base64.urlsafe_b64encode)):
            # Where the secret begins in a group of three bytes decides how it looks; the first and the last
            # signs depend on its neighbours and are left out.
            encoded = encode(bytes(offset) + raw).rstrip(b"=")
            found[f"{name} at {offset}"] = encoded[(0, 2, 3)[offset] : -1]
    return found


def leaks(secret: str, places: Mapping[str, bytes]) -> list[str]:
    """Where the secret is, and in which form."""
    every = forms(secret)
    return [
        f"{place}: {form}"
        for place, content in places.items()
        for form, look in every.items()
        if look in content
    ]


def files_under(folders: Iterable[Path]) -> dict[str, bytes]:
    """The content of every file, by path; the name of a file is part of it."""
    return {
        str(path): str(path).encode() + b"\n" + path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
