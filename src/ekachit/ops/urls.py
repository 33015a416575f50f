"""Addresses for those who run an installation."""

from django.urls import path

from ekachit.ops.health import health

urlpatterns = [path("health/", health, name="health")]
