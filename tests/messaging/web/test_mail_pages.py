"""The pages of received mail."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.messaging.models import Receipt
from regulars.messaging.services import Delivery, mailbox_named, read_receipt, receive_mail
from regulars.staff.queries import Role

from tests.cast import ACTOR, NOON, PASSWORD, Cast, employ
from tests.messaging.letters import letter, several

pytestmark = pytest.mark.django_db
HTML = b"""Content-Type: text/html\r\n\r\n<p>Good <b>bread</b></p><script>alert(1)</script><img src="https://track.example/p.gif">"""
SVG = b'Content-Type: image/svg+xml; name="../../x.svg"\r\n\r\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def taken(cast: Cast, content: bytes) -> Receipt:
    box = mailbox_named(business_id=cast.business.pk, name="shop", at=NOON, actor=ACTOR)
    stored = receive_mail(mailbox=box, delivery=Delivery(content=content), at=NOON)
    read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    return Receipt.objects.select_related("mail").get(pk=stored.receipt.pk)


def test_the_list_shows_what_came_and_stays_at_a_few_queries(desk: Client, cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(25):
        taken(cast, letter(number=str(number), subject=f"Order {number}"))
    with django_assert_max_num_queries(12):
        page = desk.get("/mail/").content.decode()
    assert "Order 24" in page
    assert "Order 24" not in desk.get("/mail/?kind=bounce").content.decode()


def test_m19_h7_a_mail_is_shown_in_a_sandboxed_frame_with_pictures_off(desk: Client, cast: Cast) -> None:
    mail = taken(cast, several(HTML, SVG)).mail
    page = desk.get(f"/mail/{mail.public_id}/")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.content.decode()
    assert "1 picture from another server is not loaded" in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    frame = desk.get(f"/mail/{mail.public_id}/frame/")
    words = frame.content.decode()
    assert "<b>bread</b>" in words
    assert "script" not in words
    assert "track.example" not in words
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    asked = desk.get(f"/mail/{mail.public_id}/frame/?pictures=1")
    assert "https://track.example/p.gif" in asked.content.decode()
    assert "img-src data: https: http:" in asked["Content-Security-Policy"]


def test_i6_attachments_are_downloads_that_can_do_nothing(desk: Client, cast: Cast) -> None:
    mail = taken(cast, several(HTML, SVG)).mail
    answer = desk.get(f"/mail/{mail.public_id}/attachments/1/")
    assert answer.content.startswith(b"<svg")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="x.svg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert desk.get(f"/mail/{mail.public_id}/attachments/2/").status_code == 404


def test_the_source_is_the_mail_byte_for_byte(desk: Client, cast: Cast) -> None:
    content = letter(b"caf\xe9")
    mail = taken(cast, content).mail
    assert desk.get(f"/mail/{mail.public_id}/source/").content == content


def test_d7_nobody_else_reads_a_mail_or_its_attachments(cast: Cast) -> None:
    mail = taken(cast, several(HTML, SVG)).mail
    stranger = Client()
    stranger.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    for path in ("", "frame/", "source/", "attachments/1/"):
        assert stranger.get(f"/mail/{mail.public_id}/{path}").status_code == 404
        assert Client().get(f"/mail/{mail.public_id}/{path}").status_code == 302
    employ(cast.business, "Stan Near", Role.AGENT, branches=[cast.station])
    near = Client()
    near.post("/sign-in/", {"email": f"stan.agent@{cast.business.pk}.example", "password": PASSWORD})
    assert near.get(f"/mail/{mail.public_id}/").status_code == 404  # Ada is a customer of the other branch


def test_parked_mail_shows_its_reason_and_can_be_tried_again(desk: Client, cast: Cast) -> None:
    receipt = taken(cast, b"Subject: who am I?\r\n\r\nhello")
    page = desk.get("/mail/parked/").content.decode()
    assert "It names no sender" in page
    assert desk.get(f"/mail/parked/{receipt.public_id}/source/").content == b"Subject: who am I?\r\n\r\nhello"
    assert desk.get(f"/mail/parked/{receipt.public_id}/retry/").status_code == 405
    again = desk.post(f"/mail/parked/{receipt.public_id}/retry/", follow=True)
    assert "It still can" in again.content.decode()
    assert Receipt.objects.get(pk=receipt.pk).attempts == 1
