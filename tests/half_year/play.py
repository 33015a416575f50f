"""Plays the half-year into an installation: `python -m tests.half_year.play EMAIL issues|work FIRST END`.

`issues` makes the issues on the sandbox, assigned to the demo account. `work` lets the person do those from FIRST up
to END: at the times of the story she looks at her list, runs the timer, and finishes the task, by the product's own
actions; a colleague in the sandbox moves the issue to Done.
"""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")
    django.setup()
    from tests.half_year.life import live

    email, what, first, end = sys.argv[1:]
    live(email, what, int(first), int(end))
