"""A web process shows figures without loading the machinery that computes them."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import django, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.project.settings"
django.setup()
import regulars.project.urls
sys.exit("numba" in sys.modules)
"""


@pytest.mark.pure
def test_the_compiler_loads_only_where_something_is_computed():
    assert subprocess.run([sys.executable, "-c", PROGRAM], check=False, env=None).returncode == 0
