"""Fills the installation of the environment with rows of every kind: `python -m tests.ops.moved_world`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ekachit.ops.start import database_ready

database_ready()

from django.apps import apps  # noqa: E402 # Django had to be ready first
from django.contrib.auth.models import Group, Permission  # noqa: E402 # likewise
from django.db import models  # noqa: E402 # likewise
from django.test import Client  # noqa: E402 # likewise

from ekachit.accounts.models import User  # noqa: E402 # likewise
from ekachit.connections.models import AccessRecord  # noqa: E402 # likewise
from ekachit.sync.models import Link  # noqa: E402 # likewise
from ekachit.tasks.models import ChecklistItem, Task  # noqa: E402 # likewise
from tests.sync.two_ends import BOB, beside, two_ends  # noqa: E402 # likewise

TEXTS = (
    "ทดสอบ ภาษาไทย",
    "e\u0301 is not \u00e9",
    "👩‍👩‍👧‍👦 \U0001f9ea",
    "\u202eright to left",
    "'; DROP TABLE --",
    "\\u0000 is six characters",
    "tab\tline\r\n\x01 end",
    "",
)
MOMENT = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)
VALUES: dict[type[models.Field[Any, Any]], object] = {
    models.CharField: "x",
    models.TextField: "x",
    models.DateTimeField: MOMENT,
    models.DateField: date(2026, 2, 28),
    models.TimeField: time(9, 30, 0, 1),
    models.DecimalField: Decimal("1.25"),
    models.FloatField: 0.1 + 0.2,
    models.BooleanField: True,
    models.JSONField: {"a": [1, 1.5, None, True, "ไทย", {"b": 10**18}]},
    models.BinaryField: bytes(range(256)),
    models.GenericIPAddressField: "2001:db8::1",
}


def main() -> None:
    """Two people with a site, texts of every script, and a row in every table that has none yet."""
    ada = two_ends()
    bob = beside(ada, account=BOB)
    ada.click("PAY-1", "done")
    ada.send()
    ada.click("PAY-2", "done")
    ada.in_jira("PAY-2", "In Progress")
    ada.sync()
    ada.click("WEB-1", "in_progress")
    for number, text in enumerate(TEXTS):
        task = Task.objects.create(
            user=ada.user, title=text or "-", notes=text * 50, position=-(2**40) * number
        )
        ChecklistItem.objects.create(task=task, title=text or "-")
    Link.objects.filter(user=bob.user).update(base={"status": "todo", "title": TEXTS[0], "list": list(TEXTS)})
    User.objects.filter(pk=ada.user.pk).update(multiplier=Decimal("3.70"), name=TEXTS[0])
    group = Group.objects.create(name="everybody")
    group.permissions.set(Permission.objects.all()[:3])
    ada.user.groups.add(group)
    ada.user.user_permissions.set(Permission.objects.all()[3:5])
    AccessRecord.objects.bulk_create(
        AccessRecord(
            connection=ada.connection,
            at=MOMENT + timedelta(microseconds=number),
            method="GET",
            path="/",
            why="x",
        )
        for number in range(1100)
    )
    Client().force_login(ada.user, backend="django.contrib.auth.backends.ModelBackend")
    for model in apps.get_models(include_auto_created=True):
        if not model._base_manager.exists():
            fill(model)


def fill(model: type[models.Model]) -> None:
    """Make a row with a value in every field that must have one."""
    given = {
        each.attname: _value(each)
        for each in model._meta.concrete_fields
        if not isinstance(each, models.AutoField) and not each.null and not each.has_default()
    }
    model._base_manager.create(**given)


def _value(each: Any) -> object:
    if each.is_relation:
        return each.related_model._base_manager.values_list("pk", flat=True)[0]
    if each.empty_strings_allowed and each.blank:
        return ""
    if each.choices:
        return each.choices[0][0]
    return next((value for kind, value in VALUES.items() if isinstance(each, kind)), 1)


if __name__ == "__main__":
    main()
