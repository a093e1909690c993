"""`regulars doctor`: what is set up wrongly, in sentences."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection

from regulars.groundwork.kernel.models import Job, JobState
from regulars.groundwork.kernel.upgrade import pending
from regulars.groundwork.kernel.worker import is_alive
from regulars.project.config import WEAK_SECRETS
from regulars.project.name_service import AskText, text_records, verdicts
from regulars.project.sqlite import has_wal_reset_fix, loaded_version


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and a sentence."""

    tone: Literal["fine", "note", "wrong"]
    what: str
    sentence: str


def findings() -> list[Finding]:
    """Everything the doctor looks at; a database that is away ends the list early."""
    found = [*_settings(), *_files(), *_mail(), *_mail_records(), *_sqlite(), *_system_checks()]
    try:
        return [*found, *_database()]
    except DatabaseError as fault:
        return [*found, Finding("wrong", "database", f"It can't be reached: {type(fault).__name__}.")]


def _settings() -> Iterator[Finding]:
    chosen = settings.REGULARS
    if settings.DEBUG:
        yield Finding("wrong", "debug", "REGULARS_DEBUG is on: pages of errors show inner values to strangers.")
    key = chosen.secret_key
    if len(key) < 32 or any(word in key.lower() for word in WEAK_SECRETS):
        yield Finding("wrong", "secret key", "REGULARS_SECRET_KEY is short or known: set 32 or more random characters.")
    if chosen.mode == "local":
        yield Finding("note", "mode", "Local mode. Set REGULARS_MODE=production on a server that others reach.")
    elif chosen.proxies == 0:
        yield Finding("wrong", "proxies", "REGULARS_PROXIES is 0: behind a proxy all visitors would share one address, and sign-in limits.")
    if not chosen.metrics_token:
        yield Finding("note", "metrics", "REGULARS_METRICS_TOKEN is empty: /metrics answers to this machine only.")


def _files() -> Iterator[Finding]:
    checks: list[tuple[str, Callable[[int], bool], str]] = [
        ("secret-key", lambda mode: bool(mode & 0o077), "The secret key file can be read by others: chmod 600 it."),
        ("regulars.sqlite3", lambda mode: bool(mode & 0o002), "The database file can be written by everybody: chmod o-w it."),
    ]
    for name, is_bad, sentence in checks:
        file = settings.VAR / name
        if file.exists() and is_bad(stat.S_IMODE(file.stat().st_mode)):
            yield Finding("wrong", name, sentence)


def _mail() -> Iterator[Finding]:
    """What the settings say of outgoing mail."""
    chosen = settings.REGULARS
    if not chosen.mail_url:
        yield Finding("note", "mail", "REGULARS_MAIL_URL is empty: messages are kept as files in mail-out and reach nobody.")
        return
    tone: Literal["note", "wrong"] = "wrong" if chosen.mode == "production" else "note"
    parts = urlsplit(chosen.mail_url)
    if parts.scheme == "smtp" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(tone, "mail", "Mail is handed over in the clear: begin REGULARS_MAIL_URL with smtp+starttls:// or smtps://.")
    if not chosen.base_url.startswith("https://"):
        yield Finding(tone, "mail", "One click to unsubscribe needs a REGULARS_BASE_URL that begins with https:// (RFC 8058).")
    domain = chosen.mail_from.rpartition("@")[2]
    if chosen.mail_dkim_key is None:
        yield Finding(tone, "mail", "No message is signed: set REGULARS_MAIL_DKIM_KEY. Large mail services refuse unsigned mail.")
    elif not chosen.mail_dkim_key.exists():
        yield Finding("wrong", "mail", f"The signing key {chosen.mail_dkim_key.name} is not there.")
    else:
        if stat.S_IMODE(chosen.mail_dkim_key.stat().st_mode) & 0o077:
            yield Finding("wrong", "mail", f"The signing key {chosen.mail_dkim_key.name} can be read by others: chmod 600 it.")
        yield Finding("note", "mail", f"The public key must stand in the TXT record {chosen.mail_dkim_selector}._domainkey.{domain}.")
    yield Finding("note", "mail", f"TXT records of {domain} and _dmarc.{domain} must name the mail server (SPF) and your policy (DMARC).")


def _mail_records(ask: AskText = text_records) -> Iterator[Finding]:
    """What the name service says of the domain that mail goes out from; asked only where mail is sent at all."""
    chosen = settings.REGULARS
    domain = chosen.mail_from.rpartition("@")[2]
    if not chosen.mail_url or not domain:
        return
    for tone, sentence in verdicts(domain=domain, selector=chosen.mail_dkim_selector, key=chosen.mail_dkim_key, ask=ask):
        yield Finding(tone if tone != "wrong" or chosen.mode == "production" else "note", "mail records", sentence)  # type: ignore[arg-type]


def _sqlite() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        return
    version = ".".join(map(str, loaded_version()))
    if has_wal_reset_fix(loaded_version()):
        yield Finding("fine", "SQLite", f"Version {version}, write-ahead log.")
    else:
        yield Finding("note", "SQLite", f"Version {version} lacks the WAL-reset fix, so the slower rollback journal is used.")


def _system_checks() -> Iterator[Finding]:
    for message in run_checks(include_deployment_checks=settings.PRODUCTION):
        if message.level >= 30:
            yield Finding("wrong" if message.level >= 40 else "note", message.id or "check", str(message.msg))


def _database() -> Iterator[Finding]:
    waiting = pending()
    if waiting:
        yield Finding("wrong", "tables", f"{len(waiting)} changes of the tables are pending: run `regulars migrate`.")
        return
    yield Finding("fine", "database", f"{connection.vendor}, tables up to date.")
    if connection.vendor == "postgresql" and connection.pg_version < 150000:  # type: ignore[attr-defined]
        yield Finding("wrong", "PostgreSQL", "Version 15 or newer is needed.")
    if not is_alive():
        yield Finding("note", "worker", "No worker has shown a sign of life in the last half minute.")
    dead = Job.objects.filter(state=JobState.DEAD).count()
    if dead:
        yield Finding("wrong", "dead letters", f"{dead} jobs failed for good: see `regulars jobs dead`.")
