"""The way out to Jira that this installation's settings give."""

from __future__ import annotations

from ekachit.config import settings
from ekachit.jira.egress import Egress, Proxy


def way_out() -> Egress:
    """Return which hosts may be spoken to, through which proxy, and whose certificates are trusted."""
    of = settings()
    proxy = None if of.proxy is None else Proxy(of.proxy.origin, of.proxy.login)
    return Egress(of.allowed_sandboxes, proxy=proxy, authorities=of.ca_file)
