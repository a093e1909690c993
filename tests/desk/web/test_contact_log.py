"""The field log on the desk: four answers make a contact; mistakes come back with what was typed; roles are obeyed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from regulars.contacts.models import Contact, FollowUp, Term
from regulars.groundwork.kernel import clock
from regulars.staff.queries import Role

from tests.cast import PASSWORD, Cast, employ, enrol

TAPS = {"how": "visit:in", "nature": "praise", "outcome": "pleased", "act": "act-1"}


def signed_in(employee: Any) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": employee.email, "password": PASSWORD}).status_code == 302
    return client


def log_url(cast: Cast) -> str:
    return reverse("desk:log_contact", args=[cast.ada.public_id])


def test_four_taps_log_a_contact_once(desk: Client, cast: Cast) -> None:
    found = desk.get(reverse("desk:log"), {"q": "lindq"})
    assert log_url(cast) in found.content.decode()
    assert desk.post(log_url(cast), TAPS).status_code == 302
    assert desk.post(log_url(cast), TAPS).status_code == 302, "an impatient hand"
    row = Contact.objects.get()
    assert (row.channel, row.direction, row.nature, row.outcome, row.staff_id) == ("visit", "in", "praise", "pleased", cast.ines.pk)
    assert row.mood_stated is None
    page = desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert "They came to see us" in page
    assert reverse("desk:contact", args=[row.public_id]) in page


def test_a_promise_stands_under_today_until_it_is_kept(desk: Client, cast: Cast) -> None:
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    promise = {"promise": "Ring about the cake", "due_on": day, "keeper": str(cast.ines.public_id)}
    assert desk.post(log_url(cast), TAPS | promise).status_code == 302
    row = FollowUp.objects.get()
    assert row.due_at.astimezone(clock.now().tzinfo).date().isoformat() == day
    assert "Ring about the cake" in desk.get("/").content.decode()
    assert "Ring about the cake" in desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert desk.post(log_url(cast) + f"?keeps={row.public_id}", TAPS | {"act": "2", "keeps": str(row.public_id)}).status_code == 302
    assert "Ring about the cake" not in desk.get("/").content.decode()
    row.refresh_from_db()
    assert row.ending.contact_id == Contact.objects.latest("pk").pk


def test_keeping_and_cancelling_from_the_list(desk: Client, cast: Cast) -> None:
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    for n in ("a", "b"):
        desk.post(log_url(cast), TAPS | {"act": n, "promise": f"Promise {n}", "due_on": day, "keeper": ""})
    first, second = FollowUp.objects.order_by("pk")
    assert desk.post(reverse("desk:keep_follow_up", args=[first.public_id])).status_code == 302
    assert desk.post(reverse("desk:keep_follow_up", args=[first.public_id])).status_code == 409
    refused = desk.post(reverse("desk:cancel_follow_up", args=[second.public_id]), {"reason": ""}, follow=True)
    assert "why it is cancelled" in refused.content.decode()
    assert FollowUp.objects.get(pk=second.pk).open
    desk.post(reverse("desk:cancel_follow_up", args=[second.public_id]), {"reason": "Moved away"})
    page = desk.get(reverse("desk:follow_ups") + "?of=all").content.decode()
    assert "Promise b" not in page
    assert "Every promise is kept" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nature": ""}, "required"),
        ({"how": "pigeon:in"}, "valid choice"),
        ({"promise": "Ring"}, "Say by when."),
        ({"due_on": "2030-01-01"}, "Say what was promised."),
        ({"promise": "Ring", "due_on": "2001-01-01"}, "within three years"),
        ({"minutes": "-4"}, "greater than or equal to 0"),
        ({"happened": "2999-01-01T10:00"}, "This lies in the future"),
    ],
)
def test_a_mistake_comes_back_with_what_was_typed(desk: Client, cast: Cast, change: dict[str, str], words: str) -> None:
    response = desk.post(log_url(cast), TAPS | {"note": "kept note"} | change)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "kept note" in page
    assert not Contact.objects.exists()


def test_a_contact_is_corrected_and_taken_off_by_those_who_may(desk: Client, cast: Cast) -> None:
    desk.post(log_url(cast), TAPS)
    row = Contact.objects.get()
    form = desk.get(reverse("desk:correct_contact", args=[row.public_id]))
    assert form.status_code == 200
    happened = form.context["form"].initial["happened"].strftime("%Y-%m-%dT%H:%M")
    changed = desk.post(reverse("desk:correct_contact", args=[row.public_id]), TAPS | {"outcome": "unresolved", "happened": happened})
    assert changed.status_code == 302
    new = Contact.objects.get(corrects=row)
    assert (new.outcome, new.at, new.staff_id) == ("unresolved", row.at, row.staff_id)
    page = desk.get(reverse("desk:contact", args=[row.public_id])).content.decode()
    assert "Pleased" in page
    assert "Not resolved" in page
    agent = signed_in(employ(cast.business, "Any Agent", Role.AGENT))
    assert agent.post(reverse("desk:void_contact", args=[new.public_id]), {"reason": "x"}).status_code == 403
    assert desk.post(reverse("desk:void_contact", args=[new.public_id]), {"reason": "wrong customer"}).status_code == 302
    assert "They came to see us" not in desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert "wrong customer" in desk.get(reverse("desk:contact", args=[row.public_id])).content.decode()


def test_the_words_are_changed_on_their_page(desk: Client, cast: Cast) -> None:
    assert desk.post(reverse("desk:words"), {"kind": "outcome", "label": "Left smiling", "valence": "good"}).status_code == 302
    assert Term.objects.get().valence == "good"
    assert "Left smiling" in desk.get(log_url(cast)).content.decode()
    again = desk.post(reverse("desk:words"), {"kind": "outcome", "label": "left SMILING", "valence": "good"})
    assert again.status_code == 422
    assert "among your words already" in again.content.decode()
    address = reverse("desk:word", args=["outcome", "left-smiling"])
    assert desk.post(address, {"label": "Left smiling", "valence": "good", "retired": "on"}).status_code == 302
    assert "Left smiling" not in desk.get(log_url(cast)).content.decode()
    assert desk.get(reverse("desk:word", args=["outcome", "unknown"])).status_code == 404
    assert desk.get(reverse("desk:word", args=["gossip", "x"])).status_code == 404


def test_a_foreign_customer_and_contact_do_not_exist(desk: Client, cast: Cast) -> None:
    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    assert desk.post(reverse("desk:log_contact", args=[foreign.public_id]), TAPS).status_code == 404
    desk.post(log_url(cast), TAPS)
    row = Contact.objects.get()
    mallory = signed_in(cast.mallory)
    for route in ("contact", "correct_contact"):
        assert mallory.get(reverse(f"desk:{route}", args=[row.public_id])).status_code == 404
    assert mallory.post(reverse("desk:void_contact", args=[row.public_id]), {"reason": "x"}).status_code == 404


def test_the_story_is_filtered_by_the_address(desk: Client, cast: Cast) -> None:
    desk.post(log_url(cast), TAPS | {"note": "lovely rye"})
    desk.post(log_url(cast), TAPS | {"act": "2", "how": "phone:in", "nature": "complaint", "outcome": "unresolved", "note": "burnt rye"})
    page = reverse("desk:customer", args=[cast.ada.public_id])

    def shows(**query: str) -> tuple[bool, bool]:
        text = desk.get(page, query).content.decode()
        return "lovely rye" in text, "burnt rye" in text

    assert shows() == (True, True)
    assert shows(channel="phone") == (False, True)
    assert shows(nature="praise") == (True, False)
    assert shows(outcome="unresolved") == (False, True)
    assert shows(staff=str(cast.ines.public_id)) == (True, True)
    assert shows(staff=str(cast.tom.public_id)) == (False, False)
    assert shows(show="purchases") == (False, False)


def test_the_ways_most_used_stand_first_and_the_rest_behind_a_fold(desk: Client, cast: Cast) -> None:
    cache.clear()
    first, more = desk.get(log_url(cast)).content.decode().split("More ways")
    usual = {"till:in", "phone:in", "phone:out", "email:in", "visit:in", "visit:out"}
    assert {way for way in usual if f'value="{way}"' in first} == usual
    assert all(f'value="{way}"' not in first and f'value="{way}"' in more for way in ("sms:in", "post:out"))
    for n in range(2):
        assert desk.post(log_url(cast), TAPS | {"act": f"sms-{n}", "how": "sms:in"}).status_code == 302
    cache.clear()
    first, more = desk.get(log_url(cast)).content.decode().split("More ways")
    assert 'value="sms:in"' in first, "what they use comes forward"
    assert 'value="visit:out"' in more, "and something else makes room"


def test_a_rare_way_that_was_chosen_is_seen_again(desk: Client, cast: Cast) -> None:
    cache.clear()
    refused = desk.post(log_url(cast), TAPS | {"how": "post:out", "nature": ""})
    assert refused.status_code == 422
    assert 'value="post:out"' in refused.content.decode().split("More ways")[0]


def test_what_people_wrote_is_text_on_the_timeline_and_nothing_else(desk: Client, cast: Cast) -> None:
    evil = '<img src=x onerror="alert(1)"> & "so on"'
    assert desk.post(log_url(cast), TAPS | {"note": evil}).status_code == 302
    page = desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &quot;so on&quot;" in page
