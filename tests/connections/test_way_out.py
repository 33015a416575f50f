"""The way out that the settings give is the only one there is."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ekachit.config import SettingsError, read_settings, settings
from ekachit.connections.way_out import way_out
from ekachit.jira.egress import Proxy
from tests.docs.documents import ROOT
from tests.jira.authority import Authority

Set = Callable[[str, str], None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    """Sets a variable, and lets the settings be read anew."""

    def give(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield give
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "origin", "login"),
    [
        ("http://proxy.company.example:3128", "http://proxy.company.example:3128", ""),
        ("http://proxy.company.example:3128/", "http://proxy.company.example:3128", ""),
        ("https://Proxy.company.example:443", "https://proxy.company.example:443", ""),
        ("http://10.0.0.9:8080", "http://10.0.0.9:8080", ""),
        ("http://[fd00::9]:8080", "http://[fd00::9]:8080", ""),
        ("http://ada:s3cret@proxy:3128", "http://proxy:3128", "ada:s3cret"),
        ("http://ada@proxy:3128", "http://proxy:3128", "ada:"),
        ("http://DOM%5Cada:a%40b%3Ac%25@proxy:3128", "http://proxy:3128", "DOM\\ada:a@b:c%"),
    ],
)
def test_U07_the_proxy_that_is_set_is_the_way_out(text: str, origin: str, login: str, given: Set) -> None:
    given("EKACHIT_EGRESS_PROXY", text)
    assert way_out().proxy == Proxy(origin, login)
    assert "s3cret" not in repr(settings())


@pytest.mark.parametrize(
    "text",
    [
        "proxy:3128",
        "http://proxy",
        "http://proxy:0",
        "http://proxy:65536",
        "http://proxy:3128/path",
        "http://proxy:3128?x",
        "http://a:s3cret@b@proxy:3128",
        "http://a:s3cret\\@proxy:3128",
        "http://a:s3cret/@proxy:3128",
        "http://proxy:3128\n",
        "socks5://proxy:3128",
        " http://proxy:3128",
    ],
)
def test_U07_what_is_no_proxy_is_refused_at_the_start_and_not_repeated(text: str, given: Set) -> None:
    given("EKACHIT_EGRESS_PROXY", text)
    with pytest.raises(SettingsError, match="EKACHIT_EGRESS_PROXY: give http") as caught:
        read_settings()
    assert "s3cret" not in str(caught.value)


def test_U07_the_authority_that_is_named_is_trusted(given: Set, tmp_path: Path) -> None:
    file = Authority(tmp_path).file
    given("EKACHIT_CA_FILE", str(file))
    assert way_out().authorities == file


def test_U07_a_file_that_holds_no_authority_is_refused_at_the_start(given: Set, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.serving("leaf.example")
    for name, content in (("empty.pem", b""), ("text.pem", b"no certificate"), ("folder", None)):
        if content is None:
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).write_bytes(content)
    for name in ("missing.pem", "empty.pem", "text.pem", "folder", "leaf.example.pem"):
        given("EKACHIT_CA_FILE", str(tmp_path / name))
        with pytest.raises(SettingsError, match="EKACHIT_CA_FILE: name a file"):
            read_settings()


def test_U07_without_settings_there_is_no_proxy_whatever_the_environment_says(given: Set) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        given(name, "http://127.0.0.1:1")
    given("EKACHIT_CA_FILE", "")
    assert way_out().proxy is None
    assert way_out().authorities is None


def test_U07_there_is_no_other_way_out() -> None:
    """A transport that is built with another one would go round the proxy."""
    source = ROOT / "src" / "ekachit"
    built = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"\bEgress\(", path.read_text(encoding="utf-8"))
    }
    assert built == {"connections/way_out.py"}
