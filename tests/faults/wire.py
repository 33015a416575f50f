"""A person whose Jira is at the other end of a socket."""

from __future__ import annotations

from dataclasses import dataclass, field

from asgiref.sync import async_to_sync

from ekachit.config import settings as installation
from ekachit.jira.egress import Egress
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport
from ekachit.sandbox.run import SandboxThread
from ekachit.sync.engine import run_pass
from ekachit.sync.models import Pass
from tests.faults.stage import Site


@dataclass
class Wire:
    """The site, the sandbox that serves it, and passes with the product's own transport."""

    site: Site
    sandbox: SandboxThread
    limits: Limits = field(default_factory=Limits)

    def run(self) -> Pass:
        return over_the_wire(self.site, self.limits)


def over_the_wire(site: Site, limits: Limits) -> Pass:
    """One pass with the product's own transport."""

    async def run() -> Pass:
        async with AiohttpTransport(Egress(installation().allowed_sandboxes), limits=limits) as transport:
            site.transport = transport
            return await run_pass(claimed, site.around())

    claimed = site.claim()
    return async_to_sync(run)()
