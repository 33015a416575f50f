# Written by hand: what links know already of each task's project and type is copied to the task.

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def copy(apps: Any, schema_editor: Any) -> None:
    Link = apps.get_model("sync", "Link")
    Task = apps.get_model("tasks", "Task")
    types = Link.objects.filter(task=OuterRef("pk")).values("issue_type")[:1]
    Task.objects.filter(link__isnull=False).update(issue_type=Subquery(types))
    for task_id, key in Link.objects.values_list("task_id", "key").iterator():
        Task.objects.filter(pk=task_id).update(project_key=key.rpartition("-")[0])


class Migration(migrations.Migration):

    dependencies = [
        ("sync", "0002_outbox_left_at"),
        ("tasks", "0004_project_and_type"),
    ]

    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
