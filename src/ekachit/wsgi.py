"""The web application as WSGI, and `front`, as which granian serves it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")
application = get_wsgi_application()

from ekachit.config import LARGEST_BODY, settings  # noqa: E402 # needs the line above
from ekachit.connections import instance  # noqa: E402 # needs Django set up
from ekachit.ops.front import BODY_SECONDS, Bounds, Front  # noqa: E402 # stands with it

# Pages of a copy open no token either.
instance.settle()

front = Front(application, Bounds(LARGEST_BODY, BODY_SECONDS), several_processes=settings().web_workers > 1)
