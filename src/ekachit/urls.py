"""Addresses: sign-in by allauth, administration by Django, the rest in `web` and `ops`."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("ekachit.ops.urls")),
    path("", include("ekachit.web.urls")),
]

handler400 = "ekachit.web.errors.bad_request"
handler403 = "ekachit.web.errors.forbidden"
handler404 = "ekachit.web.errors.not_found"
handler500 = "ekachit.web.errors.server_error"
