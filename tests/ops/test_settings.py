"""Wrong settings end a command with the variable and the mend, never with a trace or the value."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ekachit.config import SettingsError, read_settings
from tests.ops.command import Home

WRONG = {
    "EKACHIT_PORT": ("eighty", "integer"),
    "EKACHIT_ENV": ("staging", "development"),
    "EKACHIT_WEB_WORKERS": ("0", "greater"),
    "EKACHIT_SANDBOX_HOSTS": ("10.0.0.5:80", "loopback"),
    "EKACHIT_EGRESS_PROXY": ("socks5://ada:s3cret@proxy:1080", "http://HOST:PORT"),
    "EKACHIT_CA_FILE": ("/nowhere/s3cret.pem", "PEM"),
    "EKACHIT_BASE_URL": ("ekachit.example.org", "https://"),
    "EKACHIT_DEFAULT_PLAN": ("gold", "pro"),
    "EKACHIT_LOG_LEVEL": ("LOUD", "INFO"),
    "EKACHIT_EMAIL_URL": ("pigeon://s3cret@x", "smtp://"),
    "EKACHIT_SECRET_KEY": ("s3cret" * 20, "50 random characters"),
    "DATABASE_URL": ("oracle://ada:s3cret@x/y", "postgresql://"),
}


@pytest.mark.parametrize("variable", sorted(WRONG))
def test_O04_each_wrong_setting_is_named_with_its_mend(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, mend = WRONG[variable]
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    said = str(caught.value)
    assert said.startswith(f"Wrong setting {variable}: ")
    assert mend in said
    assert "docs/settings.md" in said
    assert "s3cret" not in said


def test_O04_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKACHIT_PORT", "0")
    monkeypatch.setenv("EKACHIT_LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert len(str(caught.value).splitlines()) == 2


def test_the_first_named_sandbox_stays_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", " 127.0.0.1:8101, 127.0.0.1:8100 ,")
    assert read_settings().sandbox_hosts == ("127.0.0.1:8101", "127.0.0.1:8100")


@pytest.mark.parametrize("command", ["up", "serve", "worker", "doctor"])
def test_O04_a_command_ends_with_one_line_and_code_2(home: Home, command: str) -> None:
    done = home.run(command, EKACHIT_PORT="eighty")
    assert done.returncode == 2
    assert done.stderr.startswith("Wrong setting EKACHIT_PORT: ")
    assert len(done.stderr.splitlines()) == 1
    assert not home.path.exists()


def test_U06_production_does_not_start_with_sandbox_hosts(home: Home) -> None:
    done = home.run(
        "up",
        EKACHIT_ENV="production",
        EKACHIT_BASE_URL="https://ekachit.example.org",
        EKACHIT_SANDBOX_HOSTS="127.0.0.1:8100",
    )
    assert done.returncode == 2
    assert "EKACHIT_SANDBOX_HOSTS must be empty in production" in done.stderr


def test_production_does_not_start_a_sandbox_or_without_https(home: Home) -> None:
    done = home.run(
        "up", "--sandbox", EKACHIT_ENV="production", EKACHIT_BASE_URL="https://ekachit.example.org"
    )
    assert done.returncode == 1
    assert "not for production" in done.stderr
    done = home.run("up", EKACHIT_ENV="production", EKACHIT_BASE_URL="http://ekachit.example.org")
    assert done.returncode == 2
    assert "EKACHIT_BASE_URL" in done.stderr


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = Home(tmp_path / "file" / "var").run("migrate")
    assert done.returncode == 1
    assert "EKACHIT_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_line(home: Home) -> None:
    done = home.run("tasks", "--user", "a@b.dev", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fresh_folder_needs_no_migrate(home: Home) -> None:
    done = home.run("user", "add", "ada@yourteam.dev")
    assert done.returncode == 0, done.stderr
    assert "administrator" in done.stdout
    assert home.run("migrate").stdout == "The database is up to date.\n"


def test_O02_a_version_does_not_touch_the_database_of_a_later_one(home: Home) -> None:
    assert home.run("migrate").returncode == 0
    file = home.path / "ekachit.sqlite3"
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('sync', '0999_later', '2027-01-01 00:00:00')"
        )
    before = file.read_bytes()
    for command in ("up", "worker"):
        done = home.run(command)
        assert done.returncode == 1
        assert "0999_later" in done.stderr
        assert "Traceback" not in done.stderr
        assert file.read_bytes() == before


@pytest.mark.parametrize("way", ["a page", "the heading"])
def test_D04_a_damaged_file_is_refused_and_not_written_to(home: Home, way: str) -> None:
    assert home.run("migrate").returncode == 0
    file = home.path / "ekachit.sqlite3"
    data = bytearray(file.read_bytes())
    if way == "the heading":
        data[:16] = b"no database here"
    else:
        for page in range(4096, len(data), 4096):
            data[page : page + 64] = b"\xff" * 64
    file.write_bytes(data)
    done = home.run("up")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert "restore your last backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == bytes(data)


def test_K09_no_core_file_is_left_of_a_process_that_opens_tokens(home: Home) -> None:
    asked = "from ekachit.ops.start import django_ready; django_ready(); import resource; print(resource.getrlimit(4))"
    done = subprocess.run(  # noqa: S603 # our own text
        [sys.executable, "-c", asked], env=home.environment, capture_output=True, text=True, check=True
    )
    assert resource.RLIMIT_CORE == 4
    assert done.stdout.strip() == "(0, 0)"
