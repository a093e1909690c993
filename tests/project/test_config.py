"""Settings refuse nonsense before anything starts; the database is set up for what its library can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.project import sqlite
from regulars.project.config import NonsenseInSettings, Settings, database, load_settings

pytestmark = pytest.mark.pure
SAFE = {
    "REGULARS_MODE": "production",
    "REGULARS_SECRET_KEY": "kT9-qWz3vN7_xYb2LmRp5sHd8fGj1cUe",
    "REGULARS_BASE_URL": "https://regulars.example",
    "REGULARS_HOSTS": '["regulars.example"]',
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("REGULARS_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("REGULARS_VAR", str(tmp_path))


def loaded(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"REGULARS_MODE": "prodution"}, "mode"),
        ({"REGULARS_THREADS": "0"}, "threads"),
        ({"REGULARS_THREADS": "many"}, "threads"),
        ({"REGULARS_PROXIES": "-1"}, "proxies"),
        ({"REGULARS_DEFAULT_ZONE": "Europe/Atlantis"}, "Atlantis"),
        ({"REGULARS_BASE_URL": "regulars.example"}, "full address"),
        ({"REGULARS_HOSTS": "not json"}, "can't be read"),
        ({"REGULARS_LEASE_SECONDS": "1e9"}, "lease_seconds"),
        (SAFE | {"REGULARS_SECRET_KEY": ""}, "SECRET_KEY"),
        (SAFE | {"REGULARS_SECRET_KEY": "changeme" * 8}, "SECRET_KEY"),
        (SAFE | {"REGULARS_SECRET_KEY": "short"}, "SECRET_KEY"),
        (SAFE | {"REGULARS_DEBUG": "1"}, "DEBUG"),
        (SAFE | {"REGULARS_HOSTS": '["*"]'}, "HOSTS"),
        (SAFE | {"REGULARS_BASE_URL": "http://regulars.example"}, "https"),
    ],
)
def test_nonsense_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], word: str) -> None:
    """E9 among them."""
    with pytest.raises(NonsenseInSettings) as refused:
        loaded(monkeypatch, **variables)
    assert word in str(refused.value)


def test_a_safe_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, **SAFE).mode == "production"


def test_a_local_installation_makes_its_own_secret_and_keeps_it_to_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = loaded(monkeypatch).secret_key
    assert load_settings().secret_key == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///", "sqlite:///:memory:", "postgresql://host", "nonsense", "/a/path"])
def test_what_is_no_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(NonsenseInSettings):
        database(loaded(monkeypatch, DATABASE_URL=url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://u:p%40ss@db.example:5433/shop",
            {"NAME": "shop", "USER": "u", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433"},
        ),
        ("postgresql://u:@/shop?host=/tmp/sock", {"NAME": "shop", "HOST": "/tmp/sock", "PORT": ""}),
    ],
)
def test_a_postgresql_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch, url: str, expected: dict[str, Any]) -> None:
    found = database(loaded(monkeypatch, DATABASE_URL=url))
    assert {key: found[key] for key in expected} == expected
    assert found["OPTIONS"]["pool"], "always pooled"


def test_sqlite_is_always_immediate_with_foreign_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = database(loaded(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}/a b.sqlite3"))["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "mmap_size=0"):
        assert pragma in options["init_command"]


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 0), "TRUNCATE"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 0), "WAL"),
    ],
)
def test_the_write_ahead_log_is_for_fixed_libraries_only(version: tuple[int, int, int], journal: str) -> None:
    """N7, decision D3."""
    assert sqlite.journal_mode(version) == journal
