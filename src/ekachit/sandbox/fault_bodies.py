"""Faults of the body: bombs, depth, size, encodings that are not what they say, headers without end."""

# ruff: noqa: ARG002 # the methods of every behaviour take the same, also what one has no use for

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal

from ekachit.sandbox.behaviour import Behaviour, Turn
from ekachit.sandbox.replies import HTML, JSON, Reply, Trouble

MEBIBYTE: Final = 1024 * 1024
LARGEST_BOMB: Final = 1024


@lru_cache(maxsize=4)
def bomb(mebibytes: int) -> bytes:
    """So many mebibytes of blanks, as gzip: about a thousandth of that."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = b" " * MEBIBYTE
    return b"".join([*(packer.compress(block) for _ in range(mebibytes)), packer.flush()])


class GzipBomb(Behaviour):
    """A small gzip body that unpacks to `mebibytes`. `nested`: packed twice. `status`: of the answer."""

    where: ClassVar[Mapping[str, Any]] = {}

    mebibytes: int = 64
    nested: bool = False
    status: int = 200

    def instead(self, turn: Turn) -> Reply | None:
        """The bomb."""
        packed = bomb(min(self.mebibytes, LARGEST_BOMB))
        headers = {"Content-Type": JSON, "Content-Encoding": "gzip, gzip" if self.nested else "gzip"}
        return Reply(self.status, gzip.compress(packed) if self.nested else packed, headers)


class DeepJson(Behaviour):
    """A listing, or any body, that is `depth` levels of lists deep."""

    depth: int = 100_000

    def instead(self, turn: Turn) -> Reply | None:
        """The deep body."""
        deep = b"[" * self.depth + b"]" * self.depth
        body = b'{"issues":[{"id":"10001","key":"DEEP-1","fields":{"summary":' + deep + b'}}],"isLast":true}'
        return Reply(200, body if turn.endpoint == "search" else deep, {"Content-Type": JSON})


class HugeBody(Behaviour):
    """A good answer with `mebibytes` of blanks in front of it. `endless`: its length is not announced."""

    mebibytes: int = 64
    endless: bool = False
    status: int = 200

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The huge answer."""
        size = self.mebibytes * MEBIBYTE
        if self.endless:
            return Reply(self.status, reply.body, {"Content-Type": JSON}, Trouble("flood", size=size))
        reply.body = b" " * min(size, LARGEST_BOMB * MEBIBYTE) + reply.body
        reply.status = self.status
        return reply


class WrongEncoding(Behaviour):
    """An answer that says it is packed, and is not."""

    encoding: str = "gzip"

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with that header."""
        reply.headers["Content-Encoding"] = self.encoding
        return reply


class BadText(Behaviour):
    """A body that is not UTF-8 JSON.

    utf8: a byte that cannot be. bom: a byte order mark first. utf16: another encoding altogether. cut: half of
    it, with the right length. nan: a number that JSON lacks. twice: a key given twice. html: a page, said to be
    JSON.
    """

    form: Literal["utf8", "bom", "utf16", "cut", "nan", "twice", "html"] = "utf8"

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with its body spoilt."""
        body = reply.body
        inner = body[1:] if body[:1] == b"{" else b'"value":1}'
        reply.body = {
            "utf8": body[: len(body) // 2] + b"\xff\xfe" + body[len(body) // 2 :],
            "bom": b"\xef\xbb\xbf" + body,
            "utf16": body.decode(errors="replace").encode("utf-16"),
            "cut": body[: len(body) // 2],
            "nan": b'{"number":NaN,' + inner,
            "twice": b'{"issues":[],"isLast":true,' + inner,
            "html": b"<!DOCTYPE html><html><body>Welcome to the hotel</body></html>",
        }[self.form]
        return reply


class WrongType(Behaviour):
    """A good answer under a content type that is not JSON's."""

    content_type: str = HTML

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with that header."""
        reply.headers["Content-Type"] = self.content_type
        return reply


class ManyHeaders(Behaviour):
    """A good answer with `count` more headers, each `size` characters long."""

    count: int = 1000
    size: int = 100

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with them."""
        reply.headers.update({f"X-More-{number}": "x" * self.size for number in range(self.count)})
        return reply


class ForeignLinks(Behaviour):
    """A good answer whose links lead to another host."""

    to: str = "https://elsewhere.example.invalid"

    def after(self, turn: Turn, reply: Reply) -> Reply:
        """The answer with its links changed."""
        host = turn.asked.headers.get("host", "localhost")
        reply.body = reply.body.replace(f"http://{host}".encode(), self.to.encode())
        return reply
