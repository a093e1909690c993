"""Pages about consent, wishes, merges, households, access and erasure."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client

from regulars.customers.models import ConsentEvent, Customer, Merge, WishStatement
from regulars.customers.queries import cluster_of, consent_for
from regulars.customers.services import add_contact_point, merge_customers
from regulars.staff.queries import Role

from tests.cast import ACTOR, NOON, PASSWORD, Cast, employ, enrol

pytestmark = pytest.mark.django_db


def test_what_a_customer_says_is_noted_with_its_witness(desk: Client, cast: Cast) -> None:
    page = f"/customers/{cast.ada.public_id}/consent/"
    yes = {"given": "yes", "purpose": "offers", "channel": "email", "address": "", "text_version": "", "how": ""}
    refused = desk.post(f"{page}tell/", yes)
    assert refused.status_code == 422
    assert b"counts only with its proof" in refused.content
    assert desk.post(f"{page}tell/", yes | {"text_version": "card 2026-01", "how": "signed the card"}).status_code == 302
    event = ConsentEvent.objects.get()
    assert (event.source, event.actor, event.proof) == ("desk", f"employee:{cast.ines.pk}", {"said": "signed the card"})
    shown = desk.get(page).content.decode()
    assert "card 2026-01" in shown
    assert "signed the card" in shown
    assert "Allowed" in shown
    desk.post(f"{page}tell/", yes | {"given": "no", "purpose": "*"})
    assert consent_for(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers").code == "withdrawn"
    assert b"Offers: no" in desk.get(f"/customers/{cast.ada.public_id}/").content


def test_wishes_are_noted_shown_and_kept_apart_from_nonsense(desk: Client, cast: Cast) -> None:
    page = f"/customers/{cast.ada.public_id}/"
    good = {"channels_never": ["phone"], "preferred_channel": "email", "at_most_count": "2", "at_most_days": "30", "topics": "rye, classes"}
    assert desk.post(f"{page}wishes/", good | {"from_0": "18:00", "to_0": "21:00"}).status_code == 302
    row = WishStatement.objects.get()
    assert (row.channels_never, row.topics) == (["phone"], ["classes", "rye"])
    assert row.hours == [[[1080, 1260]], [], [], [], [], [], []]
    shown = desk.get(page).content.decode()
    assert "Never by: Phone." in shown
    assert "18:00–21:00" in shown
    assert 'value="18:00"' in desk.get(f"{page}consent/").content.decode()
    for wrong in (
        {"from_0": "18:00"},
        {"from_0": "18:00", "to_0": "17:00"},
        {"at_most_count": "3", "at_most_days": ""},
        {"preferred_channel": "phone"},
    ):
        answer = desk.post(f"{page}wishes/", good | wrong)
        assert answer.status_code == 422, wrong
    assert WishStatement.objects.count() == 1


def test_two_records_become_one_and_two_again(desk: Client, cast: Cast) -> None:
    page = f"/customers/{cast.ada.public_id}/"
    found = desk.get(f"{page}merge/?q=bo")
    assert str(cast.bo.public_id).encode() in found.content
    assert desk.post(f"{page}merge/", {"other": str(cast.bo.public_id), "reason": "same phone"}).status_code == 302
    assert cluster_of(scope=cast.scope, customer_id=cast.bo.pk) == (cast.ada.pk, cast.bo.pk)
    assert desk.get(f"/customers/{cast.bo.public_id}/")["Location"] == page
    shown = desk.get(page).content.decode()
    assert "Includes the record “Bo Jensen”" in shown
    assert "bo@mail.example" in shown
    assert desk.get("/customers/?q=jensen").content.decode().count("Ada Lindqvist") >= 1
    again = desk.post(f"{page}merge/", {"other": str(cast.ada.public_id)})
    assert again.status_code == 422
    assert b"one and the same record" in again.content
    merge = Merge.objects.get()
    assert desk.post(f"{page}merges/{merge.public_id}/undo/").status_code == 302
    assert desk.get(f"/customers/{cast.bo.public_id}/").status_code == 200
    assert b"bo@mail.example" not in desk.get(page).content


def test_records_that_look_alike_are_suggested_until_somebody_decides(desk: Client, cast: Cast) -> None:
    twin = enrol(cast.business, "Ada", "Lindqvist", "A-9", None)
    add_contact_point(customer=cast.cleo, kind="phone", value="+49 30 1234567", region="", at=NOON, actor=ACTOR)
    add_contact_point(customer=cast.bo, kind="phone", value="+49301234567", region="", at=NOON, actor=ACTOR)
    shown = desk.get("/customers/duplicates/").content.decode()
    assert shown.index("Ada Lindqvist") < shown.index("Bo Jensen"), "an address and a name weigh more than a number"
    assert desk.post(f"/customers/{cast.bo.public_id}/two-people/", {"other": str(cast.cleo.public_id)}).status_code == 302
    assert desk.post(f"/customers/{cast.ada.public_id}/merge/", {"other": str(twin.public_id)}).status_code == 302
    assert b"Nobody looks like somebody else" in desk.get("/customers/duplicates/").content


def test_households_and_organisations(desk: Client, cast: Cast) -> None:
    page = f"/customers/{cast.ada.public_id}/together/"
    assert desk.post(page, {"other": str(cast.bo.public_id)}).status_code == 302
    assert "Same household" in desk.get(f"/customers/{cast.bo.public_id}/").content.decode()
    refused = desk.post(page, {"other": str(cast.ada.public_id)})
    assert refused.status_code == 422
    assert desk.post(f"{page}leave/").status_code == 302
    assert "Same household" not in desk.get(f"/customers/{cast.bo.public_id}/").content.decode()
    Customer.objects.filter(pk=cast.cleo.pk).update(kind="organisation", organisation_name="Marsh & Co", display_name="Marsh & Co")
    firm = f"/customers/{cast.cleo.public_id}/together/"
    assert desk.post(firm, {"other": str(cast.ada.public_id), "role": "orders the bread"}).status_code == 302
    assert "orders the bread" in desk.get(f"/customers/{cast.ada.public_id}/").content.decode()
    membership = cast.cleo.people.get()
    assert desk.post(f"{firm}{membership.pk}/end/").status_code == 302
    assert "orders the bread" not in desk.get(f"/customers/{cast.ada.public_id}/").content.decode()


def test_everything_is_handed_out_as_a_download(desk: Client, cast: Cast) -> None:
    answer = desk.post(f"/customers/{cast.ada.public_id}/export/")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "export.json" in archive.namelist()


def test_forgetting_wants_the_name_and_respects_a_hold(desk: Client, cast: Cast) -> None:
    page = f"/customers/{cast.ada.public_id}/"
    assert "be undone" in desk.get(f"{page}forget/").content.decode()
    wrong = desk.post(f"{page}forget/", {"name": "Bo Jensen"})
    assert wrong.status_code == 422
    assert desk.post(f"{page}hold/", {"reason": "court case"}).status_code == 302
    assert b"court case" in desk.get(f"{page}forget/").content
    held = desk.post(f"{page}forget/", {"name": "Ada Lindqvist"})
    assert held.status_code == 422
    assert Customer.objects.get(pk=cast.ada.pk).given_name == "Ada"
    assert desk.post(f"{page}release/").status_code == 302
    assert desk.post(f"{page}forget/", {"name": " ada  lindqvist "}).status_code == 302
    row = Customer.objects.get(pk=cast.ada.pk)
    assert row.display_name == "Forgotten customer"
    assert desk.get(page).status_code == 404, "the old address leads nowhere"
    assert b"Only figures are left" in desk.get(f"/customers/{row.public_id}/").content


def test_a_foreign_customer_and_a_made_up_one_are_the_same(cast: Cast) -> None:
    """Reliability D3, for every page of this part."""
    client = Client()
    client.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    merge = merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    here = f"/customers/{cast.ada.public_id}"
    for path in ("consent/", "merge/", "together/", "forget/"):
        assert client.get(f"{here}/{path}").status_code == 404
    for path in ("consent/tell/", "wishes/", "merge/", "two-people/", "together/", "together/leave/", "export/", "forget/", "hold/", "release/",
                 f"merges/{merge.public_id}/undo/"):  # fmt: skip
        assert client.post(f"{here}/{path}", {"other": str(cast.bo.public_id), "name": "Ada Lindqvist", "reason": "x"}).status_code == 404
    assert Merge.objects.get().undone_at is None


def test_a_cashier_may_note_a_wish_but_not_forget(cast: Cast) -> None:
    cashier = employ(cast.business, "Una Till", Role.CASHIER)
    client = Client()
    client.post("/sign-in/", {"email": cashier.email, "password": PASSWORD})
    shown = client.get(f"/customers/{cast.ada.public_id}/").content.decode()
    assert "Permissions and wishes" in shown
    assert "Forget this customer" not in shown
    assert client.post(f"/customers/{cast.ada.public_id}/forget/", {"name": "Ada Lindqvist"}).status_code == 403


def test_each_permission_says_its_channel_also_where_the_table_has_no_head(desk: Client, cast: Cast) -> None:
    page = desk.get(f"/customers/{cast.ada.public_id}/consent/").content.decode()
    assert page.count('data-label="Text message"') == page.count('data-label="E-mail"') >= 4


def test_no_hidden_field_shows_its_name_on_the_page_of_a_new_mail(desk: Client, cast: Cast) -> None:
    page = desk.get(f"/customers/{cast.ada.public_id}/mail/new/").content.decode()
    assert 'type="hidden" name="act"' in page
    assert ">Act<" not in page
