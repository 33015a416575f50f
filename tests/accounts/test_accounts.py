"""Accounts: who is first, plans, sign-up open or closed, time zones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from ekachit.accounts.actions import AccountError, add_account, set_multiplier, set_plan, set_profile
from ekachit.accounts.models import Installation, Plan, User
from ekachit.config import settings as installation

PHRASE = "a long enough phrase"
SIGN_UP = "/accounts/signup/"


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EKACHIT_SIGNUP", "false")
    installation.cache_clear()
    yield
    monkeypatch.undo()
    installation.cache_clear()


@pytest.fixture
def visitor(db: None, settings: Any, tmp_path: Any) -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES, settings.STATIC_ROOT = {**settings.STORAGES, "staticfiles": plain}, tmp_path
    return Client()


def sign_up(visitor: Client, email: str) -> None:
    visitor.post(SIGN_UP, {"email": email, "password1": PHRASE})
    visitor.logout()


def test_whoever_signs_up_first_is_administrator_and_pro(visitor: Client) -> None:
    sign_up(visitor, "Ada@YourTeam.dev")
    sign_up(visitor, "ben@yourteam.dev")
    ada, ben = User.objects.order_by("pk")
    assert (ada.email, ada.plan, ada.is_staff, ada.is_superuser) == ("ada@yourteam.dev", Plan.PRO, True, True)
    assert (ben.plan, ben.is_staff, ben.is_superuser) == (Plan.FREE, False, False)
    assert ada.check_password(PHRASE)


def test_when_the_first_account_is_gone_nobody_becomes_first_again(db: None) -> None:
    add_account("ada@yourteam.dev").delete()
    assert not add_account("ben@yourteam.dev").is_staff


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_exactly_one_is_first() -> None:
    start = threading.Barrier(4)

    def add(number: int) -> None:
        start.wait()
        try:
            add_account(f"person{number}@yourteam.dev")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.count() == 4
    assert User.objects.filter(is_superuser=True).count() == 1
    assert Installation.objects.get().first_account is not None


def test_a_closed_sign_up_lets_the_first_one_in_and_no_other(visitor: Client, closed: None) -> None:
    sign_up(visitor, "ada@yourteam.dev")
    sign_up(visitor, "ben@yourteam.dev")
    assert list(User.objects.values_list("email", flat=True)) == ["ada@yourteam.dev"]
    assert add_account("cleo@yourteam.dev").pk, "the administrator still adds people"


def test_new_accounts_get_the_plan_that_is_set(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    add_account("ada@yourteam.dev")
    with monkeypatch.context() as patch:
        patch.setenv("EKACHIT_DEFAULT_PLAN", "pro")
        installation.cache_clear()
        assert add_account("ben@yourteam.dev").is_pro
    installation.cache_clear()
    assert not add_account("cleo@yourteam.dev").is_pro


def test_an_address_is_taken_in_any_case(db: None) -> None:
    add_account("ada@yourteam.dev")
    with pytest.raises(AccountError) as caught:
        add_account("ADA@yourteam.dev")
    assert caught.value.code == "email_taken"


def test_a_plan_that_does_not_exist_is_refused(db: None) -> None:
    ada = add_account("ada@yourteam.dev")
    with pytest.raises(ValueError, match="gold"):
        set_plan(ada, "gold")
    ada.refresh_from_db()
    assert ada.is_pro


def test_name_time_zone_and_multiplier_are_kept(db: None) -> None:
    ada = add_account("ada@yourteam.dev")
    assert (ada.time_zone, ada.multiplier, ada.get_full_name()) == ("UTC", Decimal("2.00"), ada.email)
    set_profile(ada, name="Ada", time_zone="Asia/Kolkata")
    set_multiplier(ada, Decimal("2.60"))
    ada.refresh_from_db()
    assert (ada.get_full_name(), ada.zone.key, ada.multiplier) == ("Ada", "Asia/Kolkata", Decimal("2.60"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("multiplier", Decimal(0)),
        ("multiplier", Decimal(101)),
        ("email", "ada"),
    ],
)
def test_what_makes_no_sense_is_not_valid(field: str, value: object) -> None:
    user = User(email="ada@yourteam.dev", password="x")
    setattr(user, field, value)
    with pytest.raises(ValidationError) as caught:
        user.full_clean(validate_unique=False)
    assert set(caught.value.message_dict) == {field}
