"""A web process starts quickly because it leaves at home what few requests need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.pure, pytest.mark.once]
ROOT = Path(__file__).resolve().parents[2]
# Each takes between a fiftieth and a third of a second to load.
HEAVY = {
    "numpy", "numba", "fido2", "cryptography.hazmat.primitives", "phonenumbers", "email_validator", "aiosmtpd", "flufl", "jwt", "segno",
    "charset_normalizer", "xlsxwriter", "regulars.till.api", "regulars.insight.services.refreshing",
}  # fmt: skip
STARTED = "import sys, regulars.project.wsgi; from django.urls import reverse; reverse('desk:today'); print(*sys.modules, sep='\\n')"
FIRST_API_CALL = (
    "import regulars.project.wsgi; from django.urls import resolve, reverse; "
    "print(resolve('/api/v1/customers').view_name, reverse('api:customers'))"
)


def said_by(program: str, folder: Path) -> str:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "DATABASE_URL": f"sqlite:///{folder / 'none.sqlite3'}",
        "REGULARS_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
    }
    return subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True).stdout


def test_a_web_process_loads_nothing_heavy_before_somebody_asks_for_it(tmp_path: Path) -> None:
    loaded = set(said_by(STARTED, tmp_path).split())
    assert "regulars.desk.web.customers" in loaded
    assert not loaded & HEAVY


def test_the_api_is_there_when_it_is_asked_for(tmp_path: Path) -> None:
    assert said_by(FIRST_API_CALL, tmp_path).split() == ["api:customers", "/api/v1/customers"]
