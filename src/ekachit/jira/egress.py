"""Which hosts may be spoken to: sites of Jira Cloud, Atlassian's gateway, and sandboxes named at the start.

One small grammar decides, and what is used is built anew from what it matched; a pasted text is never passed
on.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ekachit.jira.errors import Unexpected

CLOUD_SUFFIX: Final = ".atlassian.net"
GATEWAY_HOST: Final = "api.atlassian.com"
LOOPBACK: Final = "127.0.0.1"
_LONGEST_TEXT: Final = 2048
_HIGHEST_PORT: Final = 65535
_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SLUG_ONLY = re.compile(_SLUG)
_PASTED = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?"
)
_REST = (
    r"(?P<rest>/[!-\"$-?A-\[\]-~]*)"  # visible ASCII without `#`, `@` and `\`, which parsers read differently
)
_CLOUD_URL = re.compile(rf"https://(?P<host>{_SLUG}\.atlassian\.net|api\.atlassian\.com){_REST}")
_SANDBOX_URL = re.compile(rf"http://(?P<host>127\.0\.0\.1:[1-9][0-9]{{0,4}}){_REST}")
# What people paste round an address.
_WRAPPING: Final = " \t\r\n\u00a0\u200b\ufeff<>\"'"

_WORDS: Final = {
    "empty": "No site was given.",
    "not_jira_cloud": "This is not a Jira Cloud site: those end in .atlassian.net.",
    "bad_slug": "A site name has letters, digits and hyphens only.",
    "sandbox_not_allowed": "This local address was not named as a sandbox when Ekachit was started.",
}


class SiteError(Exception):
    """A text names no site that may be spoken to.

    Codes: `empty`, `not_jira_cloud`, `bad_slug`, `sandbox_not_allowed`.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = _WORDS[code]
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Site:
    """A Jira site. `host` is `yourteam.atlassian.net`, or `127.0.0.1:PORT` for a sandbox."""

    host: str
    is_sandbox: bool = False

    @property
    def origin(self) -> str:
        """Where its API is, without a slash at the end."""
        return f"http://{self.host}" if self.is_sandbox else f"https://{self.host}"

    @property
    def gateway(self) -> str:
        """Where scoped tokens go, without a slash at the end: Atlassian's gateway, or the sandbox itself."""
        return self.origin if self.is_sandbox else f"https://{GATEWAY_HOST}"

    def browse(self, key: str) -> str:
        """Return the link to an issue. It is never taken from an answer, which may point anywhere."""
        return f"{self.origin}/browse/{quote(key, safe='')}"


def parse_site(text: str, sandbox_hosts: frozenset[str] = frozenset()) -> Site:
    """Return the site that a typed or pasted text means.

    Args:
        text: a name, a host or any link of the site.
        sandbox_hosts: `127.0.0.1:PORT` or `localhost:PORT` of sandboxes that may be used.

    Raises:
        SiteError: it means none that may be spoken to.
    """
    typed = text.strip(_WRAPPING)
    if not typed:
        raise SiteError("empty")
    # `lower` only where it cannot turn another script's letter into an ASCII one (the Kelvin sign, for
    # example).
    if len(typed) > _LONGEST_TEXT or not typed.isascii():
        raise SiteError("not_jira_cloud")
    fit = _PASTED.fullmatch(typed.lower())
    if fit is None:
        raise SiteError("not_jira_cloud" if re.search(r"[.:/\\@%\[]", typed) else "bad_slug")
    host, port = fit["host"], fit["port"]
    if host == "localhost" or host.startswith("127."):
        return _sandbox(host, port, sandbox_hosts)
    if port not in {None, "443"} and not (port == "80" and fit["scheme"] == "http"):
        raise SiteError("not_jira_cloud")
    return Site(_cloud_host(host))


def _cloud_host(host: str) -> str:
    if "." in host:
        if not host.endswith(CLOUD_SUFFIX) or host == CLOUD_SUFFIX:
            raise SiteError("not_jira_cloud")
        host = host.removesuffix(CLOUD_SUFFIX)
    if _SLUG_ONLY.fullmatch(host) is None:
        raise SiteError("bad_slug")
    return host + CLOUD_SUFFIX


def _sandbox(host: str, port: str | None, sandbox_hosts: frozenset[str]) -> Site:
    if host not in {"localhost", LOOPBACK} or port is None or not 0 < int(port) <= _HIGHEST_PORT:
        raise SiteError("sandbox_not_allowed")
    number = int(port)
    if not sandbox_hosts & {f"{LOOPBACK}:{number}", f"localhost:{number}"}:
        raise SiteError("sandbox_not_allowed")
    return Site(f"{LOOPBACK}:{number}", is_sandbox=True)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that requests to Jira Cloud go through: `http://HOST:PORT` or `https://HOST:PORT`.

    `login` is `NAME:PASSWORD` for the proxy, empty where it asks for none.
    """

    origin: str
    login: str = field(default="", repr=False)


class Egress:
    """The way out. The transport asks it for every request, whoever built the address.

    `proxy` is what requests to Jira Cloud go through; those to a sandbox never do. `authorities` is a file of
    certificates (PEM) that are trusted besides those of the machine.
    """

    __slots__ = ("_sandboxes", "authorities", "proxy")

    def __init__(
        self,
        sandbox_hosts: frozenset[str] = frozenset(),
        *,
        proxy: Proxy | None = None,
        authorities: Path | None = None,
    ) -> None:
        self.proxy = proxy
        self.authorities = authorities
        self._sandboxes = frozenset(
            each.lower().replace("localhost:", f"{LOOPBACK}:") for each in sandbox_hosts
        )

    def check(self, url: str) -> str:
        """Return the host of an address that may be spoken to; of a sandbox with its port.

        Raises:
            Unexpected: `address_blocked`, with the same words for every address.
        """
        if fit := _CLOUD_URL.fullmatch(url):
            return fit["host"]
        fit = _SANDBOX_URL.fullmatch(url)
        if fit is None or fit["host"] not in self._sandboxes:
            raise Unexpected("address_blocked")
        return fit["host"]


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Whether a numeric address is on the public internet; IPv4 inside IPv6 counts as itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return _is_public_v4(parsed)
    if parsed in _NAT64:
        # What DNS64 makes of a public IPv4 address in a network that has IPv6 only (RFC 6052).
        return _is_public_v4(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
    hidden = parsed.scope_id or parsed.sixtofour or parsed.teredo or parsed.ipv4_mapped
    return not hidden and parsed in _GLOBAL_V6 and parsed.is_global


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
