"""The web application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")
application = get_wsgi_application()

from ekachit.connections import instance  # noqa: E402 # needs Django set up

# Pages of a copy open no token either.
instance.settle()
