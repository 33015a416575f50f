"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from ekachit.web import (
    estimates,
    help_page,
    home,
    jira,
    jira_access,
    jira_connect,
    jira_connection,
    jira_disconnect,
    jira_progress,
    jira_projects,
    jira_receipts,
    jira_token,
    profile,
    settings_page,
    today,
)

app_name = "web"

_connection: list[URLPattern] = [
    path("", jira_connection.connection, name="connection"),
    path("projects/", jira_projects.projects, name="projects"),
    path("projects/refresh/", jira_projects.refresh, name="projects_refresh"),
    path("progress/", jira_progress.progress, name="progress"),
    path("stop/", jira_progress.stop, name="stop"),
    path("resume/", jira_progress.resume, name="resume"),
    path("sync/", jira_progress.sync, name="sync"),
    path("token/", jira_token.token, name="token"),
    path("disconnect/", jira_disconnect.disconnect, name="disconnect"),
    path("access/", jira_access.access, name="access"),
    path("receipts/", jira_receipts.receipts, name="receipts"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/rows/", today.today_rows, name="today_rows"),
    path("settings/", settings_page.settings_page, name="settings"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/estimates/", estimates.estimates, name="estimates"),
    path("settings/jira/", jira.jira, name="jira"),
    path("settings/jira/connect/", jira_connect.connect, name="jira_connect"),
    path("settings/jira/sandbox/", jira_connect.sandbox, name="jira_sandbox"),
    path("settings/jira/<int:connection_id>/", include(_connection)),
    path("help/", help_page.help_page, name="help"),
]
