"""What has to outlive a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def see_on_disk(path: Path) -> None:
    """Return once a file's content, or the names in a folder, are on the disk (fsync(2)).

    Raises:
        OSError: the system does not see to it.
    """
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
