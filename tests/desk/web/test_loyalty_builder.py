"""The builder of programs: fields and JSON over one document, checked beside the fields, put in force as a version."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Program, ProgramVersion
from regulars.loyalty.queries import document_of

from tests.cast import Cast
from tests.loyalty.club import BASE, bought, document, local, opened

pytestmark = pytest.mark.django_db
NOW = local("2026-06-15 12:00")
EDIT = "/loyalty/crumbs/edit/"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def filled(answer: Any) -> dict[str, Any]:
    """What a browser would post of the page, nothing changed."""
    form, desk = answer.context["form"], answer.context["desk"]
    fields = {name: form[name].value() for name in form.fields}
    return {**fields, "mode": "fields", "document": desk.text, "begin_on": desk.begin_on, "amount": desk.amount, "based_on": desk.based_on}


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def newest() -> Any:
    return document_of(ProgramVersion.objects.order_by("-pk")[0])


@pytest.mark.parametrize(
    ("template", "code", "part"),
    [
        ("punch-card", "coffee-card", "cards"),
        ("points", "points", "ladder"),
        ("tenth", "tenth", "discounts"),
        ("week", "members-week", "specials"),
    ],
)
def test_a_template_is_put_in_force_as_it_is(desk: Client, template: str, code: str, part: str) -> None:
    page = desk.get(f"/loyalty/new/?template={template}")
    answer = desk.post("/loyalty/new/", filled(page) | {"do": "apply"})
    assert answer.status_code == 302, errors(answer)
    assert answer["Location"] == f"/loyalty/{code}/"
    assert getattr(newest(), part)
    assert ProgramVersion.objects.get().effective_at == NOW


def test_a_program_from_nothing_is_built_by_adding_rules(desk: Client) -> None:
    page = desk.get("/loyalty/new/")
    assert page.context["desk"].by_fields
    page = desk.post("/loyalty/new/", filled(page) | {"name": "Crumbs", "do": "add:units"})
    page = desk.post("/loyalty/new/", filled(page) | {"units.0.name": "Points", "do": "add:earning"})
    answer = desk.post("/loyalty/new/", filled(page) | {"earning.0.name": "Base", "do": "apply"})
    assert answer.status_code == 302, errors(answer)
    assert (newest().code, newest().units[0].code, newest().earning[0].code) == ("crumbs", "points", "base"), "codes are made of names"


def test_checking_changes_nothing_and_computes_a_purchase_by_the_real_rule(desk: Client) -> None:
    page = desk.get("/loyalty/new/?template=points")
    answer = desk.post("/loyalty/new/", filled(page) | {"do": "check", "amount": "12.40"})
    assert answer.status_code == 200
    assert "A purchase of €12.40 now earns 12 Points." in words(answer)
    assert "Nothing is wrong with it." in words(answer)
    assert not Program.objects.exists()
    doubled = desk.post("/loyalty/new/", filled(page) | {"earning.0.points": "2", "do": "check"})
    assert "A purchase of €12.40 now earns 24 Points." in words(doubled)


@pytest.mark.parametrize("amount", ["a lot", "-1", "1.234", ""])
def test_an_amount_that_is_none_is_refused_beside_it(desk: Client, amount: str) -> None:
    page = desk.get("/loyalty/new/?template=points")
    assert "Write an amount like 12.40." in words(desk.post("/loyalty/new/", filled(page) | {"do": "check", "amount": amount}))


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"earning.0.points": "0"}, "earning.0.points", "ore than zero"),
        ({"earning.0.points": "1,5"}, "earning.0.points", "rite a number as text"),
        ({"units.0.pending_days": "soon"}, "units.0.pending_days", "Write a whole number."),
        ({"units.0.pending_days": "400"}, "units.0.pending_days", "at most 365"),
        ({"units.0.expiry.kind": "fixed", "units.0.expiry.months": ""}, "units.0.expiry.kind", "onths belong to an expiry"),
        ({"earning.0.period.from_on": "2026-13-01"}, "earning.0.period.from_on", "no date"),
        ({"earning.0.period.from_time": "25:00"}, "earning.0.period.from_time", "time of day"),
        ({"earning.0.where.tiers": "gold"}, "earning.0.where.tiers", "no such tier"),
        ({"earning.0.unit": "crowns"}, "earning.0.unit", "no such unit"),
        ({"name": ""}, "name", "missing"),
        ({"earning.0.name": ""}, "earning.0.name", "missing"),
        ({"units.0.worth": "0"}, "units.0.worth", "ore than zero"),
        ({"hold_minutes": "0"}, "hold_minutes", "at least 1"),
    ],
)
def test_each_fault_stands_beside_its_field_and_what_was_typed_stays(
    cast: Cast, desk: Client, changes: dict[str, str], field: str, said: str
) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | changes | {"do": "apply"})
    assert answer.status_code == 422
    assert said in " ".join(errors(answer)[field]), errors(answer)
    shown = {name: answer.context["form"][name].value() for name in changes}
    assert shown == changes
    assert ProgramVersion.objects.count() == 1


def test_all_faults_are_shown_at_once(cast: Cast, desk: Client) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"earning.0.points": "0", "units.0.name": "", "do": "check"})
    assert set(errors(answer)) == {"earning.0.points", "units.0.name"}
    assert words(answer).count('href="#id_earning.0.points"') == 1


def test_a_code_that_stands_twice_is_told_at_the_second_one(cast: Cast, desk: Client) -> None:
    opened(cast, earning=[BASE, BASE | {"code": "more"}])
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"earning.1.code": "base", "do": "check"})
    assert errors(answer) == {"earning.1.code": ["This code stands twice. Each has its own."]}
    assert answer.context["form"].groups[1].rows[1].opened, "the part that holds the fault is open"


def test_what_contradicts_in_a_rule_as_a_whole_is_told_on_top_with_its_place(desk: Client) -> None:
    page = desk.get("/loyalty/new/?template=tenth")
    answer = desk.post("/loyalty/new/", filled(page) | {"discounts.0.amount": "3", "do": "check"})
    (said,) = errors(answer)["__all__"]
    assert said.startswith("Discounts for frequent buyers, 20 % off: Fill in exactly one")


def test_warnings_stand_apart_and_refuse_nothing(cast: Cast, desk: Client) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"earning.0.period.until_on": "2026-01-31", "do": "check"})
    assert answer.status_code == 200
    assert "Worth a look" in words(answer)
    assert "How it is earned, One point per euro: The last day is over: it never applies again." in words(answer)


def test_a_version_begins_at_the_first_instant_of_a_chosen_day(cast: Cast, desk: Client) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"name": "Crusts", "begin_on": "2026-07-01", "do": "apply"})
    assert answer.status_code == 302
    assert ProgramVersion.objects.get(number=2).effective_at == local("2026-07-01 00:00")
    later = desk.get(EDIT)
    assert later.context["form"]["name"].value() == "Crusts", "one goes on from the newest version"
    assert "Version 2 begins" in words(desk.get("/loyalty/crumbs/"))


@pytest.mark.parametrize(("day", "said"), [("2026-06-15", "begins now or later"), ("someday", "This is no date."), ("9999-12-31", "")])
def test_a_day_that_can_not_be_is_refused_and_nothing_is_lost(cast: Cast, desk: Client, day: str, said: str) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"name": "Crusts", "begin_on": day, "do": "apply"})
    assert answer.status_code == (422 if said else 302)
    if said:
        assert said in words(answer)
        assert answer.context["form"]["name"].value() == "Crusts"
        assert f'value="{day}"' in words(answer)
        assert ProgramVersion.objects.count() == 1


def test_50_the_check_says_what_gets_worse_and_from_when_it_may_begin(cast: Cast, desk: Client) -> None:
    opened(cast, notice_days=30)
    bought(cast, cast.ada, "10.00", at=NOW)
    typed = filled(desk.get(EDIT)) | {"name": "Crusts", "earning.0.points": "0.5"}
    page = words(desk.post(EDIT, typed | {"do": "check"}))
    assert "Something gets worse" in page
    assert "How it is earned, One point per euro: How much – 0.5 instead of 1" in page
    assert "members earn less" in page
    assert "may begin on 16 Jul 2026" in page
    refused = desk.post(EDIT, typed | {"do": "apply", "begin_on": "2026-07-14"})
    assert (refused.status_code, ProgramVersion.objects.count()) == (422, 1)
    assert "Members hear 30 days before of what is worse for them: it may begin on 16 Jul 2026." in words(refused)
    assert desk.post(EDIT, typed | {"do": "apply", "begin_on": "2026-07-16"}).status_code == 302


def test_what_is_better_may_begin_at_once(cast: Cast, desk: Client) -> None:
    opened(cast, notice_days=30)
    bought(cast, cast.ada, "10.00", at=NOW)
    typed = filled(desk.get(EDIT)) | {"earning.0.points": "2"}
    page = words(desk.post(EDIT, typed | {"do": "check"}))
    assert "Nothing gets worse: it may begin at once." in page
    assert desk.post(EDIT, typed | {"do": "apply"}).status_code == 302


def test_the_same_again_makes_no_version(cast: Cast, desk: Client) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"do": "apply"}, follow=True)
    assert "Nothing has changed: version 1 stands." in words(answer)
    assert ProgramVersion.objects.count() == 1


def test_what_the_books_are_kept_in_can_not_change(cast: Cast, desk: Client) -> None:
    opened(cast)
    answer = desk.post(EDIT, filled(desk.get(EDIT)) | {"units.0.scale": "2", "do": "apply"})
    assert answer.status_code == 422
    assert "the books are kept in it" in words(answer)
    assert answer.context["form"]["units.0.scale"].value() == "2"


def test_a_code_that_is_taken_is_refused_for_a_new_program(cast: Cast, desk: Client) -> None:
    opened(cast)
    page = desk.get("/loyalty/new/?template=points")
    answer = desk.post("/loyalty/new/", filled(page) | {"code": "crumbs", "do": "apply"})
    assert errors(answer)["code"] == ["There is a program with this code already."]
    assert ProgramVersion.objects.count() == 1


def test_rules_are_removed_by_their_number(cast: Cast, desk: Client) -> None:
    opened(cast, earning=[BASE, BASE | {"code": "more", "name": "More"}])
    page = desk.post(EDIT, filled(desk.get(EDIT)) | {"do": "remove:earning:0"})
    assert page.context["form"]["earning.0.name"].value() == "More"
    desk.post(EDIT, filled(page) | {"do": "apply"})
    assert [rule.code for rule in newest().earning] == ["more"]


@pytest.mark.parametrize("act", ["remove:earning:9", "remove:earning:x", "remove:nothing:0", "add:nothing", "remove", "whatever"])
def test_a_button_that_does_not_exist_does_nothing(cast: Cast, desk: Client, act: str) -> None:
    opened(cast)
    page = desk.post(EDIT, filled(desk.get(EDIT)) | {"do": act})
    assert page.status_code == 200
    assert len(page.context["form"].groups[1].rows) == 1
    assert ProgramVersion.objects.count() == 1


def test_the_last_tier_takes_the_ladder_with_it(desk: Client) -> None:
    page = desk.get("/loyalty/new/?template=points")
    page = desk.post("/loyalty/new/", filled(page) | {"do": "remove:ladder.tiers:0"})
    page = desk.post("/loyalty/new/", filled(page) | {"do": "remove:ladder.tiers:0"})
    assert desk.post("/loyalty/new/", filled(page) | {"do": "apply"}).status_code == 302
    assert newest().ladder is None


def test_what_has_no_field_stays_as_it_was(cast: Cast, desk: Client) -> None:
    rule = BASE | {"where": {"traits": {"risk": ["slipping away"]}}, "goods": {"products": ["Bread, white"]}}
    opened(cast, earning=[rule])
    desk.post(EDIT, filled(desk.get(EDIT)) | {"name": "Crusts", "do": "apply"})
    assert newest().name == "Crusts"
    assert newest().earning[0].where.traits == {"risk": ("slipping away",)}
    assert newest().earning[0].goods.products == ("Bread, white",)


def test_fields_and_json_are_two_views_of_one_document(cast: Cast, desk: Client) -> None:
    opened(cast)
    page = desk.post(EDIT, filled(desk.get(EDIT)) | {"name": "Crusts", "do": "as_json"})
    text = page.context["desk"].text
    assert json.loads(text)["name"] == "Crusts"
    changed = text.replace("Crusts", "Loaves")
    page = desk.post(EDIT, {"mode": "json", "text": changed, "do": "as_fields"})
    assert page.context["form"]["name"].value() == "Loaves"
    answer = desk.post(EDIT, {"mode": "json", "text": changed, "do": "apply", "based_on": "1"})
    assert answer.status_code == 302
    assert newest().name == "Loaves"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "This is no JSON that can be read."),
        ("[]", "show this document"),
        ('{"units": 5}', "show this document"),
        ('{"units": [{"expiry": 3}]}', "show this document"),
    ],
)
def test_text_that_fields_can_not_show_stays_text(cast: Cast, desk: Client, text: str, said: str) -> None:
    opened(cast)
    page = desk.post(EDIT, {"mode": "json", "text": text, "do": "as_fields"})
    assert page.status_code == 422
    assert said in words(page).replace("&#x27;", "'")
    assert page.context["desk"].text == text
    refused = desk.post(EDIT, {"mode": "json", "text": text, "do": "apply"})
    assert refused.status_code == 422
    assert refused.context["desk"].text == text


def test_faults_of_a_text_stand_above_it_with_their_places(cast: Cast, desk: Client) -> None:
    opened(cast)
    text = document(surprise=1, earning=[BASE | {"points": 0}])
    page = desk.post(EDIT, {"mode": "json", "text": text, "do": "check"})
    assert page.status_code == 422
    assert "<code>surprise</code>: There is no such key." in words(page)
    assert "<code>earning.0.points</code>" in words(page)


def test_another_programs_document_is_refused_here(cast: Cast, desk: Client) -> None:
    opened(cast)
    page = desk.post(EDIT, {"mode": "json", "text": document(code="other"), "do": "apply"})
    assert "The code belongs to the program" in words(page)
    assert Program.objects.count() == 1


def test_a_document_too_long_for_fields_is_text(cast: Cast, desk: Client) -> None:
    opened(cast, earning=[BASE | {"code": f"r{n}"} for n in range(60)])
    page = desk.get(EDIT)
    assert page.context["form"] is None
    assert len(json.loads(page.context["desk"].text)["earning"]) == 60
    assert desk.post(EDIT, {"mode": "json", "text": page.context["desk"].text, "do": "as_fields"}).context["form"] is None


def test_a_posted_document_that_is_none_is_no_server_error(cast: Cast, desk: Client) -> None:
    opened(cast)
    for text in ("", "{", "[1]", "null", '{"units": [[]]}', '{"units": [{"code": {}}]}', '{"earning": [{"goods": {"products": 7}}]}'):
        answer = desk.post(EDIT, {"mode": "fields", "document": text, "do": "apply"})
        assert answer.status_code == 422, text
    assert ProgramVersion.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_a_version_made_in_the_meantime_is_not_overwritten(cast: Cast, desk: Client, days: int) -> None:
    opened(cast)
    page = desk.get(EDIT)
    opened(cast, at=NOW + timedelta(days=days), name="Theirs")
    answer = desk.post(EDIT, filled(page) | {"name": "Mine", "do": "apply"})
    assert answer.status_code == 422
    assert "Somebody made version 2 meanwhile" in words(answer)
    assert answer.context["form"]["name"].value() == "Mine"
    assert newest().name == "Theirs"


def test_a_card_gives_one_of_the_programs_own_rewards(desk: Client) -> None:
    page = desk.get("/loyalty/new/?template=punch-card")
    assert dict(page.context["form"].fields["cards.0.reward.code"].widget.choices) == {"free-item": "A coffee on us"}
    desk.post("/loyalty/new/", filled(page) | {"do": "apply"})
    told = words(desk.get("/loyalty/coffee-card/"))
    assert "Coffee card: A stamp for each item; 10 stamps give “A coffee on us”, Coffee only." in told
    assert "A coffee on us: One is free, Coffee only, its voucher ends after 365 days." in told
    page = desk.post("/loyalty/coffee-card/edit/", filled(desk.get("/loyalty/coffee-card/edit/")) | {"do": "remove:rewards:0"})
    answer = desk.post("/loyalty/coffee-card/edit/", filled(page) | {"do": "apply"})
    assert errors(answer) == {"cards.0.reward.code": ["There is no such reward in this program."]}


def test_a_reward_has_its_price_in_units_of_the_program(desk: Client) -> None:
    page = desk.post("/loyalty/new/?template=points", filled(desk.get("/loyalty/new/?template=points")) | {"do": "add:rewards"})
    given = {"rewards.0.name": "Mug", "rewards.0.kind": "gift", "rewards.0.price.unit": "points"}
    answer = desk.post("/loyalty/new/", filled(page) | given | {"do": "apply"})
    assert errors(answer) == {"rewards.0.price.units": ["This is missing."]}
    answer = desk.post("/loyalty/new/", filled(page) | given | {"rewards.0.price.units": "500", "do": "apply"})
    assert answer.status_code == 302, errors(answer)
    assert "Mug: A gift, for 500 Points." in words(desk.get("/loyalty/points/"))
