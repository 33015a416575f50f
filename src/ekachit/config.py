"""Settings from the environment: typed, with defaults that work, and a mend for each wrong one.

`docs/settings.md` describes every field; a test compares the two.
"""

from __future__ import annotations

import os
import re
import secrets
import ssl
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):([1-9][0-9]{0,4})")
# RFC 3986: the name and password are percent-encoded.
PROXY_URL = re.compile(
    r"(?P<scheme>https?)://(?:(?P<login>[A-Za-z0-9._~!$&'()*+,;=:%-]+)@)?"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[1-9][0-9]{0,4})/?"
)
HIGHEST_PORT = 65535
DATABASE_SCHEMES = frozenset({"sqlite", "postgres", "postgresql"})
EMAIL_SCHEMES = frozenset({"console", "smtp", "smtps", "submission"})
# As Django's `check --deploy` has it (security.W009), and a random text of that length has more different signs.
SHORTEST_SECRET, FEWEST_SIGNS = 50, 10
# Where SQLite and Python look, after TMPDIR.
PLACES_FOR_TEMPORARY_FILES = ("/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108 # looked at only
# No page takes more: a file of one's own history has at most 1 MB.
LARGEST_BODY = 2_621_440
# Where the server tells the pages why it did not read a body: `too_large`, `too_slow` or `too_many`. No header can: in
# WSGI those begin with HTTP_.
UNREAD_BODY = "ekachit.unread_body"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Environment(StrEnum):
    """Where this installation runs: `development` is one person's machine, `production` serves others."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PlanName(StrEnum):
    """The plans an account can have."""

    FREE = "free"
    PRO = "pro"


class EgressProxy(NamedTuple):
    """The proxy that requests to Jira Cloud go through: `scheme://host:port`, and `name:password`, which may be empty.

    Never show the second.
    """

    origin: str
    login: str


class SettingsError(Exception):
    """The environment holds a wrong setting; the text names it and the mend, never its value."""

    code = "settings_wrong"


class Settings(BaseSettings):
    """Every setting of an installation, as read from the environment."""

    model_config = SettingsConfigDict(
        env_prefix="EKACHIT_", extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    env: Environment = Environment.DEVELOPMENT
    home: Path = Path("var")
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    secret_key: str = Field(default="", repr=False)
    keyring: str = Field(default="", repr=False)
    base_url: str = ""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    web_workers: int = Field(default=1, ge=1, le=64)
    sandbox_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    egress_proxy: str = Field(default="", repr=False)
    ca_file: Path | None = None
    default_plan: PlanName = PlanName.FREE
    signup: bool = True
    email_url: str = Field(default="console://", repr=False)
    email_from: str = "Ekachit <ekachit@localhost>"
    log_level: str = "INFO"

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return _split(value)

    @field_validator("sandbox_hosts", mode="before")
    @classmethod
    def _split_sandboxes(cls, value: object) -> object:
        return _split(value)

    @field_validator("sandbox_hosts")
    @classmethod
    def _loopback_only(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not LOOPBACK_HOST.fullmatch(host) for host in value):
            raise ValueError("each entry is a loopback host with its port, such as 127.0.0.1:8100")
        return value

    @field_validator("egress_proxy")
    @classmethod
    def _known_proxy(cls, value: str) -> str:
        fit = PROXY_URL.fullmatch(value)
        if value and (fit is None or int(fit["port"]) > HIGHEST_PORT):
            raise ValueError(
                "give http://HOST:PORT or https://HOST:PORT, with NAME:PASSWORD@ before the host if it asks for them"
            )
        return value

    @field_validator("ca_file", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("ca_file")
    @classmethod
    def _holds_authorities(cls, value: Path | None) -> Path | None:
        if value is not None and not authorities_in(value):
            raise ValueError("name a file that can be read, with certificates of authorities in PEM")
        return value

    @field_validator("base_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}
        ):
            raise ValueError("give the address people open, such as https://ekachit.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in DATABASE_SCHEMES:
            raise ValueError("give postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH")
        return value

    @field_validator("email_url")
    @classmethod
    def _known_mail(cls, value: str) -> str:
        if urlsplit(value).scheme not in EMAIL_SCHEMES:
            raise ValueError("give smtp://USER:PASSWORD@HOST:PORT, smtps:// likewise, or console://")
        return value

    @field_validator("secret_key")
    @classmethod
    def _hard_to_guess(cls, value: str) -> str:
        if value and (len(value) < SHORTEST_SECRET or len(set(value)) < FEWEST_SIGNS):
            raise ValueError(
                f"give {SHORTEST_SECRET} random characters or more, or none: then one is made and kept"
            )
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in LOG_LEVELS:
            raise ValueError(f"choose one of {', '.join(LOG_LEVELS)}")
        return value.upper()

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.env is not Environment.PRODUCTION:
            return self
        if self.sandbox_hosts:
            raise ValueError(
                "EKACHIT_SANDBOX_HOSTS must be empty in production: it opens plain-HTTP loopback hosts"
            )
        if not self.base_url.startswith("https://"):
            raise ValueError("EKACHIT_BASE_URL must be the https:// address people open in production")
        return self

    @property
    def production(self) -> bool:
        """Whether other people are served."""
        return self.env is Environment.PRODUCTION

    @property
    def allowed_sandboxes(self) -> frozenset[str]:
        """The loopback hosts that may be spoken to."""
        return frozenset(self.sandbox_hosts)

    @property
    def proxy(self) -> EgressProxy | None:
        """The proxy that requests to Jira Cloud go through, None where they go straight."""
        fit = PROXY_URL.fullmatch(self.egress_proxy)
        if fit is None:
            return None
        name, _, password = (unquote(part) for part in (fit["login"] or "").partition(":"))
        origin = f"{fit['scheme']}://{fit['host'].lower()}:{fit['port']}"
        return EgressProxy(origin, f"{name}:{password}" if fit["login"] else "")

    @property
    def keys_dir(self) -> Path:
        """The folder of the key files, made with mode 0700 when first needed."""
        return self.home / "keys"

    @property
    def database(self) -> str:
        """The database's address: the one given, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{(self.home / 'ekachit.sqlite3').absolute()}"


def _split(value: object) -> object:
    """The comma-separated parts of a text, blanks dropped; anything else as it came."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def authorities_in(file: Path) -> int:
    """How many certificates of authorities a PEM file holds; 0 where it cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
    except OSError:
        return 0
    return context.cert_store_stats()["x509_ca"]


def variable_name(field: str) -> str:
    """The environment variable that sets a field of `Settings`."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"EKACHIT_{field}".upper()


def read_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a setting is wrong; the text has one line for each, with its name and the mend.
    """
    try:
        return Settings()
    except ValidationError as wrong:
        lines = [_explain(dict(error)) for error in wrong.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _explain(error: dict[str, object]) -> str:
    location = error.get("loc")
    reason = str(error.get("msg", "")).removeprefix("Value error, ")
    if not isinstance(location, tuple) or not location:
        return f"Wrong setting. {reason}."
    name = str(location[0])
    known = name if name.isupper() else variable_name(name)
    return f"Wrong setting {known}: {reason}. See docs/settings.md."


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a setting is wrong.
    """
    return read_settings()


def secret_key(of: Settings) -> str:
    """The key that signs sessions and forms: the one given, else the one in the data folder, made once with mode 0600."""
    if of.secret_key:
        return of.secret_key
    path = of.keys_dir / "session.key"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def place_temporary_files(of: Settings) -> None:
    """Let temporary files be in the data folder where the machine has no place for them, as on a read-only file system.

    SQLite needs them for large transactions, and looks for a place once, when it is loaded: later would be too late.

    Raises:
        OSError: the data folder cannot be written.
    """
    places = [os.environ.get("TMPDIR"), *PLACES_FOR_TEMPORARY_FILES]
    if any(os.access(each, os.W_OK | os.X_OK) for each in places if each):
        return
    folder = of.home.absolute() / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = str(folder)
