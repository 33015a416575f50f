"""A person's account: sign-in by e-mail, plan, time zone, working hours, hours per story point, what pages look like."""

from __future__ import annotations

import zoneinfo
from datetime import time
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ekachit.domain.work.hours import WorkingHours

DEFAULT_MULTIPLIER = Decimal("2.00")


class Plan(models.TextChoices):
    """What an account may use; Jira needs Pro."""

    FREE = "free", _("Free")
    PRO = "pro", _("Pro")


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA time zone.

    Raises:
        ValidationError: the name is unknown.
    """
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list, such as Europe/Berlin."), code="time_zone")


class Appearance(models.TextChoices):
    """What colours the pages have."""

    SYSTEM = "system", _("As the device has it")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


def validate_working_days(days: str) -> None:
    """Refuse what is not one or more days of the week, each once and in order, such as `01234`.

    Raises:
        ValidationError: a day does not exist, or none is given.
    """
    if not days or sorted(set(days) & set("0123456")) != list(days):
        raise ValidationError(_("Choose at least one working day."), code="working_days")


def validate_language(code: str) -> None:
    """Refuse a language that this installation does not speak; none at all means the browser's.

    Raises:
        ValidationError: the language is unknown.
    """
    if code and code not in dict(settings.LANGUAGES):
        raise ValidationError(_("Choose a language from the list."), code="language")


class UserManager(BaseUserManager["User"]):
    """Makes accounts from an e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Return a new, stored account; without a password it cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """One person. The multiplier is theirs: hours expected for one story point.

    `working_days` are digits, Monday is 0. A working day that ends before it begins ends on the next day.
    `language` is empty where the browser's is meant.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    plan = models.CharField(_("plan"), max_length=8, choices=Plan, default=Plan.FREE)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    multiplier = models.DecimalField(
        _("hours per story point"),
        max_digits=5,
        decimal_places=2,
        default=DEFAULT_MULTIPLIER,
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(Decimal(100))],
    )
    working_days = models.CharField(
        _("working days"), max_length=7, default="01234", validators=[validate_working_days]
    )
    work_begins = models.TimeField(_("work begins"), default=time(9))
    work_ends = models.TimeField(_("work ends"), default=time(18))
    appearance = models.CharField(
        _("appearance"), max_length=8, choices=Appearance, default=Appearance.SYSTEM
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", validators=[validate_language]
    )
    browser_notifications = models.BooleanField(_("browser notifications"), default=False)
    is_staff = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.email

    @property
    def is_pro(self) -> bool:
        """Whether the account has the Pro plan."""
        return self.plan == Plan.PRO

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def hours(self) -> WorkingHours:
        """The person's working days and hours, without their days off: `accounts.queries.working_hours` has those."""
        weekdays = frozenset(int(digit) for digit in self.working_days)
        return WorkingHours(self.zone, weekdays, self.work_begins, self.work_ends)

    def get_full_name(self) -> str:
        """The name shown to the person: their own, else the e-mail address."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """As `get_full_name`."""
        return self.get_full_name()


class DayOff(models.Model):
    """A day on which the person does not work, though its day of the week is a working day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="days_off")
    day = models.DateField()

    class Meta:
        ordering = ("day",)
        verbose_name_plural = "days off"
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="day_off_once")]

    def __str__(self) -> str:
        return self.day.isoformat()


class Notice(models.Model):
    """Something a person should know, told once: `key` keeps a second one of the same event away.

    `kind` and `params` are what the words and the way to the next step are made of, in the reader's language.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class Installation(models.Model):
    """The one row whose creation decides who was first; that account administers the installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    first_account = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return "this installation"
