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
    jira_line,
    jira_progress,
    jira_projects,
    jira_receipts,
    jira_token,
    jira_two_way,
    notices,
    outbox,
    profile,
    set_aside,
    settings_page,
    task_selection,
    task_status,
    today,
    why,
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
    path("why/", why.why, name="why"),
    path("projects/<str:project_id>/two-way/", jira_two_way.two_way, name="two_way"),
    path("projects/<str:project_id>/two-way/forget/", jira_two_way.forget, name="two_way_forget"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/rows/", today.today_rows, name="today_rows"),
    path("tasks/<int:task_id>/status/", task_status.task_status, name="task_status"),
    path("tasks/select/", task_selection.task_selection, name="task_selection"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:entry_id>/choose/", outbox.choose, name="outbox_choose"),
    path("outbox/<int:entry_id>/retry/", outbox.retry, name="outbox_retry"),
    path("outbox/<int:entry_id>/leave/", outbox.leave, name="outbox_leave"),
    path("set-aside/", set_aside.set_aside, name="set_aside"),
    path("set-aside/leave-all/", set_aside.leave_all, name="set_aside_leave_all"),
    path("set-aside/<int:conflict_id>/again/", set_aside.again, name="set_aside_again"),
    path("set-aside/<int:conflict_id>/leave/", set_aside.leave, name="set_aside_leave"),
    path("notices/", notices.notices, name="notices"),
    path("settings/", settings_page.settings_page, name="settings"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/estimates/", estimates.estimates, name="estimates"),
    path("settings/jira/", jira.jira, name="jira"),
    path("settings/jira/connect/", jira_connect.connect, name="jira_connect"),
    path("settings/jira/sandbox/", jira_connect.sandbox, name="jira_sandbox"),
    path("settings/jira/line/", jira_line.jira_line, name="jira_line"),
    path("settings/jira/<int:connection_id>/", include(_connection)),
    path("help/", help_page.help_page, name="help"),
]
