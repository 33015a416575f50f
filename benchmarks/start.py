"""How long a start takes until the pages answer: `make bench-start`.

The first start makes keys, database and static files in an empty data folder; the second finds them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.browser.installation import Installation


def main() -> None:
    """Print the seconds of both starts."""
    with tempfile.TemporaryDirectory(prefix="ekachit-bench-") as folder:
        for which in ("first", "second"):
            began = time.monotonic()
            with Installation(Path(folder) / "var"):
                sys.stdout.write(f"{which} start: {time.monotonic() - began:.1f} s\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
