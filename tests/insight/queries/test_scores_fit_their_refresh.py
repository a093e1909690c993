from __future__ import annotations

from datetime import date

import pytest

from regulars.insight.models import CustomerScore
from regulars.insight.queries import scores_fit_their_refresh
from regulars.insight.services import refresh_insight

from tests.insight.shop import ACTOR, AT, sell, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def refreshed():
    business = shop()
    for number in range(5):
        sell(business, str(number), [date(2026, 6, day + 1) for day in range(number + 1)])
    refresh_insight(business_id=business.pk, at=AT, actor=ACTOR)


def test_after_a_refresh_all_is_well(refreshed):
    assert list(scores_fit_their_refresh()) == []


def test_a_lost_score_is_found(refreshed):
    CustomerScore.objects.first().delete()
    assert len(list(scores_fit_their_refresh())) == 1


def test_a_flag_that_contradicts_its_word_is_found(refreshed):
    one = CustomerScore.objects.first()
    CustomerScore.objects.filter(pk=one.pk).update(slipping_away=not one.slipping_away)
    assert "flag and word differ" in next(iter(scores_fit_their_refresh()))
