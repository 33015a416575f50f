"""What the client scripts share: where the sandbox is, and how a failed expectation ends the run."""

from __future__ import annotations

import os
import sys

URL = os.environ["SANDBOX_URL"]
EMAIL = os.environ["SANDBOX_EMAIL"]
TOKEN = os.environ["SANDBOX_TOKEN"]
OPEN = "assignee = currentUser() AND statusCategory != Done ORDER BY key"


def expect(holds: object, what: str) -> None:
    """End the run with exit code 1 unless `holds` is true."""
    if not holds:
        sys.exit(f"expected: {what}")
