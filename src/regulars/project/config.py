"""Typed settings: one place that reads the environment and refuses nonsense before anything starts."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEAK_SECRETS = {"secret", "changeme", "change-me", "password", "insecure", "django-insecure"}


class NonsenseInSettings(SystemExit):
    """Raised at start when a setting can't be meant; carries one line for each fault."""


class Settings(BaseSettings):
    """What an operator may set, by environment variables (`DATABASE_URL`, `REGULARS_…`)."""

    model_config = SettingsConfigDict(env_prefix="REGULARS_", extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    mode: Literal["local", "production"] = "local"
    secret_key: str = ""
    var: Path = Path()
    hosts: list[str] = ["localhost", "127.0.0.1", "[::1]"]
    base_url: str = "http://localhost:8000"
    proxies: int = Field(default=0, ge=0, le=5, description="how many proxies stand before us and set X-Forwarded-For")
    debug: bool = False
    style_guide: bool = True
    log_format: Literal["text", "json"] = "text"
    metrics_token: str = ""
    threads: int = Field(default=4, ge=1, le=64)
    web_workers: int = Field(default=2, ge=1, le=64)
    pool_size: int = Field(default=8, ge=1, le=200)
    lease_seconds: int = Field(default=30, ge=2, le=3600)
    session_idle_minutes: int = Field(default=12 * 60, ge=5, le=7 * 24 * 60)
    session_days: int = Field(default=14, ge=1, le=90)
    upload_max_megabytes: int = Field(default=512, ge=1, le=10_000)
    default_zone: str = "UTC"
    outgoing_local: list[str] = Field(default=[], description="host:port pairs in our own network that outgoing HTTP may reach")
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = Field(default="", max_length=40, description="what the button calls the firm's sign-in service")
    mail_url: str = Field(default="", description="where mail is handed over: smtp://user:password@host:25; empty: kept in a folder")
    mail_from: str = ""
    mail_dkim_key: Path | None = None
    mail_dkim_selector: str = "regulars"
    mail_pace: int = Field(default=0, ge=0, le=100_000, description="most messages a minute to one domain; 0: no limit")
    mail_connections: int = Field(default=40, ge=1, le=100)
    mail_smtp_listen: str = ""
    mail_lmtp_listen: str = ""
    mail_max_megabytes: int = Field(default=50, ge=1, le=100)

    @field_validator("mail_url")
    @classmethod
    def _mail_url_is_a_server(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname):
            raise ValueError("must look like smtp://host:25, smtps://user:password@host or smtp+starttls://user:password@host:587")
        return url

    @field_validator("mail_from")
    @classmethod
    def _mail_from_is_one_address(cls, text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", text):
            raise ValueError("must be one plain address such as hello@shop.example")
        return text

    @field_validator("mail_smtp_listen", "mail_lmtp_listen")
    @classmethod
    def _listens_at_host_and_port(cls, place: str) -> str:
        host, _sep, port = place.rpartition(":")
        if place and not (host and port.isdigit() and 0 < int(port) < 65_536):
            raise ValueError("must be host:port, for example 127.0.0.1:2525")
        return place

    @field_validator("default_zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"there is no time zone called {zone!r}")
        return zone

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be a full address such as https://regulars.example")
        return url.rstrip("/")

    @field_validator("outgoing_local")
    @classmethod
    def _pairs_of_host_and_port(cls, pairs: list[str]) -> list[str]:
        for pair in pairs:
            host, _colon, port = pair.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError(f"{pair!r} is not host:port")
        return pairs

    @model_validator(mode="after")
    def _sign_in_service_is_whole(self) -> Settings:
        given = [bool(self.oidc_issuer), bool(self.oidc_client_id), bool(self.oidc_client_secret)]
        if any(given) and not all(given):
            raise ValueError("REGULARS_OIDC_ISSUER, REGULARS_OIDC_CLIENT_ID and REGULARS_OIDC_CLIENT_SECRET belong together")
        parts = urlsplit(self.oidc_issuer)
        if self.oidc_issuer and parts.scheme != "https" and f"{parts.hostname}:{parts.port}" not in self.outgoing_local:
            raise ValueError("REGULARS_OIDC_ISSUER must begin with https://")
        return self

    @model_validator(mode="after")
    def _production_is_safe(self) -> Settings:
        if self.mode == "production":
            self._refuse_weak_secret()
            if self.debug:
                raise ValueError("REGULARS_DEBUG must be off in production")
            if "*" in self.hosts:
                raise ValueError("REGULARS_HOSTS must name the hosts in production, not '*'")
            if not self.base_url.startswith("https://"):
                raise ValueError("REGULARS_BASE_URL must begin with https:// in production")
        return self

    def _refuse_weak_secret(self) -> None:
        key = self.secret_key
        if len(key) < 32 or len(set(key)) < 10 or any(word in key.lower() for word in WEAK_SECRETS):
            raise ValueError("REGULARS_SECRET_KEY must be a random text of at least 32 characters in production")


def load_settings() -> Settings:
    """Read the environment once. Raises NonsenseInSettings with every fault in words."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in fault['loc']) or 'settings'}: {fault['msg']}" for fault in error.errors()]
        raise NonsenseInSettings("Regulars can't start, these settings make no sense:\n" + "\n".join(lines)) from None
    except Exception as error:
        raise NonsenseInSettings(f"Regulars can't start, a setting can't be read: {error}") from None
    if settings.var == Path():
        settings.var = default_var()
    settings.var.mkdir(parents=True, exist_ok=True)
    if not settings.secret_key:
        settings.secret_key = _local_secret(settings.var)
    return settings


def default_var() -> Path:
    """Where files go when nobody says: `var/` of a checkout, else the user's data folder."""
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").exists():
        return checkout / "var"
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "regulars"


def _local_secret(var: Path) -> str:
    file = var / "secret-key"
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def database(settings: Settings) -> dict[str, Any]:
    """Django's DATABASES entry for DATABASE_URL. Raises NonsenseInSettings for what can't be a database."""
    url = settings.database_url or f"sqlite:///{settings.var / 'regulars.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(url.removeprefix("sqlite:///")))
    if parts.scheme in ("postgresql", "postgres"):
        name = unquote(parts.path.lstrip("/"))
        if not re.fullmatch(r"[^\s/]+", name):
            raise NonsenseInSettings("DATABASE_URL names no database: postgresql://user:password@host:port/name")
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
            "PORT": str(parts.port or ""),
            # Just-in-time compiling costs more than it saves in queries of milliseconds; whoever wants it says so in the address.
            "OPTIONS": {"options": "-c jit=off", **query, "pool": {"min_size": 1, "max_size": settings.pool_size, "timeout": 5}},
        }
    raise NonsenseInSettings("DATABASE_URL must begin with sqlite:/// or postgresql://, for example sqlite:////srv/regulars.sqlite3")


def _sqlite(path: str) -> dict[str, Any]:
    from regulars.project.sqlite import journal_mode

    if not path or path == ":memory:":
        raise NonsenseInSettings("DATABASE_URL must name a file: web and worker are separate processes")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "TEST": {"NAME": path + "-test"},  # a file: in memory, threads and processes would not meet as they do for real
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                f"PRAGMA journal_mode={journal_mode()}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA mmap_size=0; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
            ),
        },
    }
