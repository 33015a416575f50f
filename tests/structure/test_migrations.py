from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.structure.source import ROOT


def test_the_models_and_their_migrations_agree(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
    environment.pop("DATABASE_URL", None)
    environment |= {
        "DJANGO_SETTINGS_MODULE": "ekachit.settings",
        "EKACHIT_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
    }
    said = subprocess.run(  # our own command
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
