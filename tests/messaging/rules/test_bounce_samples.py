"""Real reports of failed deliveries: the samples in the source package of `flufl.bounce`, which `./regulars test` fetches beside the locks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regulars.messaging.adapters.wordy_reports import failures_told
from regulars.messaging.rules.classifying import looks_like_report, sort_mail
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.rules.parts import Unreadable

FOLDER = Path(sys.prefix) / "samples" / "flufl_bounce-6.0.0" / "tests" / "data"
pytestmark = pytest.mark.pure
# 112 of 117 are seen as reports. These five are not, each for its reason; flufl.bounce finds no failed address in any of them.
NOT_SEEN = {
    "bounce_01.txt": "names no address that failed, and came over a mailing list: automatic",
    "dumbass_01.txt": "names no address that failed, and came over a mailing list: automatic",
    "groupwise_03.txt": "a person's own letter, which the package keeps as a mail that is no report",
    "qmail_08.txt": "an answering machine's: automatic",
    "simple_43.txt": "says in its subject that delivery failed, and in no known pattern of whom: read as a person's",
}


def is_report(content: bytes) -> bool:
    """As the intake decides it: a report by its shape, or one in words."""
    try:
        mail = read_mail(content)
    except Unreadable:
        return False
    sorting = sort_mail(mail, own_addresses=(), envelope_from=None, is_ours=False)
    return sorting.kind == "bounce" or (looks_like_report(mail, sorting) and any(failures_told(content)))


def test_every_sample_but_the_named_ones_is_seen_as_a_report() -> None:
    if not FOLDER.is_dir():
        pytest.skip("The samples are fetched by ./regulars test.")
    samples = sorted(FOLDER.glob("*.txt"))
    assert len(samples) == 117
    assert {one.name for one in samples if not is_report(one.read_bytes())} == set(NOT_SEEN)
