"""Sessions die with a password or a role change; nobody gives more than they hold; somebody stays in charge."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import Role, actor_of_key
from regulars.staff.services import (
    InvitationGone,
    LastExecutive,
    MayNotGive,
    PasswordTooWeak,
    UnknownScope,
    accept_invitation,
    appoint_employee,
    change_password,
    invite_employee,
    let_go,
    make_key,
    revoke_key,
)

from tests.cast import ACTOR, NOON, PASSWORD, Cast, employ


def signed_in(employee: object) -> Client:
    client = Client()
    client.force_login(employee, backend=settings.AUTHENTICATION_BACKENDS[0])  # type: ignore[arg-type]
    session = client.session
    session["proved_at"] = clock.now().isoformat()
    session.save()
    assert client.get("/").status_code == 200
    return client


@pytest.mark.django_db
def test_a_role_change_ends_the_sessions(cast: Cast) -> None:
    client = signed_in(cast.tom)
    appoint_employee(employee=cast.tom, giver=Role.EXECUTIVE, role=Role.AGENT, branch_ids=None, at=NOON, actor=ACTOR)
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_other_branches_end_the_sessions(cast: Cast) -> None:
    client = signed_in(cast.tom)
    appoint_employee(employee=cast.tom, giver=Role.EXECUTIVE, role=Role.CASHIER, branch_ids={cast.station.pk}, at=NOON, actor=ACTOR)
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_password_change_ends_all_sessions_but_the_one_that_made_it(cast: Cast) -> None:
    elsewhere, here = signed_in(cast.ines), signed_in(cast.ines)
    response = here.post("/account/password/", {"old": PASSWORD, "password": "seeded-sourdough-77"})
    assert response.status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.django_db
def test_a_wrong_present_password_changes_nothing(cast: Cast) -> None:
    with pytest.raises(Refusal, match="not your present password"):
        change_password(employee=cast.ines, old="not it at all", new="seeded-sourdough-77", at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("weak", ["short", "password123", "1234567890", "tom.cashier"])
def test_weak_passwords_are_refused_with_the_reason(cast: Cast, weak: str) -> None:
    with pytest.raises(PasswordTooWeak):
        change_password(employee=cast.tom, old=PASSWORD, new=weak, at=NOON)


@pytest.mark.django_db
def test_who_leaves_loses_session_and_keys_within_one_request(cast: Cast) -> None:
    """D11."""
    client = signed_in(cast.tom)
    _key, text = make_key(business_id=cast.business.pk, name="till", scopes=["purchases:write"], owner=cast.tom, at=NOON, actor=ACTOR)
    assert actor_of_key(text=text, at=NOON)
    let_go(employee=cast.tom, giver=Role.EXECUTIVE, at=NOON, actor=ACTOR)
    assert client.get("/").status_code == 302
    assert actor_of_key(text=text, at=NOON) is None


@pytest.mark.django_db
def test_the_last_executive_stays(cast: Cast) -> None:
    with pytest.raises(LastExecutive):
        let_go(employee=cast.ines, giver=Role.EXECUTIVE, at=NOON, actor=ACTOR)
    with pytest.raises(LastExecutive):
        appoint_employee(employee=cast.ines, giver=Role.EXECUTIVE, role=Role.AGENT, branch_ids=None, at=NOON, actor=ACTOR)
    employ(cast.business, "Second Chief", Role.EXECUTIVE)
    let_go(employee=cast.ines, giver=Role.EXECUTIVE, at=NOON, actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize(("giver", "role"), [(Role.MANAGER, Role.EXECUTIVE), (Role.SUPERVISOR, Role.CASHIER), (Role.CASHIER, Role.CASHIER)])
def test_nobody_gives_a_role_beyond_their_own(cast: Cast, giver: Role, role: Role) -> None:
    with pytest.raises(MayNotGive):
        invite_employee(
            business_id=cast.business.pk, giver=giver, email="x@bakery.example", name="X", role=role, branch_ids=None, at=NOON, actor=ACTOR
        )


@pytest.mark.django_db
def test_a_manager_can_not_touch_an_executive(cast: Cast) -> None:
    with pytest.raises(MayNotGive):
        let_go(employee=cast.ines, giver=Role.MANAGER, at=NOON, actor=ACTOR)
    with pytest.raises(MayNotGive):
        appoint_employee(employee=cast.ines, giver=Role.MANAGER, role=Role.AGENT, branch_ids=None, at=NOON, actor=ACTOR)


@pytest.mark.django_db
def test_an_invitation_opens_once_and_looking_at_it_changes_nothing(cast: Cast) -> None:
    """D13: scanners follow links."""
    invitation, token = invite_employee(
        business_id=cast.business.pk,
        giver=Role.EXECUTIVE,
        email="Bea@Bakery.example",
        name="Bea",
        role=Role.AGENT,
        branch_ids={cast.market.pk},
        at=NOON,
        actor=ACTOR,
    )
    assert token not in invitation.token_hash
    employee = accept_invitation(token=token, password="brown-butter-bun", at=NOON)
    assert (employee.email, employee.role, employee.every_branch) == ("bea@bakery.example", "agent", False)
    with pytest.raises(InvitationGone):
        accept_invitation(token=token, password="brown-butter-bun", at=NOON)


@pytest.mark.django_db
def test_an_invitation_that_met_a_weak_password_is_still_open(cast: Cast) -> None:
    _invitation, token = invite_employee(
        business_id=cast.business.pk,
        giver=Role.EXECUTIVE,
        email="b@bakery.example",
        name="B",
        role=Role.AGENT,
        branch_ids=None,
        at=NOON,
        actor=ACTOR,
    )
    with pytest.raises(PasswordTooWeak):
        accept_invitation(token=token, password="short", at=NOON)
    assert accept_invitation(token=token, password="brown-butter-bun", at=NOON)


@pytest.mark.django_db
def test_a_key_is_kept_as_a_hash_and_dies_when_revoked(cast: Cast) -> None:
    key, text = make_key(business_id=cast.business.pk, name="shop", scopes=["customers:read"], at=NOON, actor=ACTOR)
    assert text.split(".")[1] not in key.secret_hash
    actor = actor_of_key(text=text, at=NOON)
    assert actor
    assert actor.scopes == {"customers:read"}
    assert actor_of_key(text=text[:-1], at=NOON) is None
    revoke_key(business_id=cast.business.pk, public_id=str(key.public_id), at=NOON, actor=ACTOR)
    assert actor_of_key(text=text, at=NOON) is None


@pytest.mark.django_db
@pytest.mark.parametrize("scopes", [[], ["everything"], ["customers:read", "root"]])
def test_a_key_needs_known_scopes(cast: Cast, scopes: list[str]) -> None:
    with pytest.raises(UnknownScope):
        make_key(business_id=cast.business.pk, name="x", scopes=scopes, at=NOON, actor=ACTOR)


@pytest.mark.django_db
def test_a_thousand_tokens_have_no_pattern(cast: Cast) -> None:
    """D8."""
    from regulars.groundwork.kernel.ids import new_secret

    tokens = {new_secret() for _ in range(1000)}
    assert len(tokens) == 1000
    assert len({token[:8] for token in tokens}) > 990
    assert min(map(len, tokens)) * 6 >= 128


@pytest.mark.django_db
def test_a_manager_of_one_branch_gives_and_touches_nothing_beyond_it(cast: Cast) -> None:
    within = {cast.market.pk}
    for branch_ids in (None, {cast.station.pk}, {cast.market.pk, cast.station.pk}):
        with pytest.raises(MayNotGive):
            invite_employee(
                business_id=cast.business.pk,
                giver=Role.MANAGER,
                within=within,
                email="x@bakery.example",
                name="X",
                role=Role.AGENT,
                branch_ids=branch_ids,
                at=NOON,
                actor=ACTOR,
            )
    elsewhere = employ(cast.business, "Sue Station", Role.CASHIER, branches=[cast.station])
    everywhere = employ(cast.business, "Eva Everywhere", Role.CASHIER)
    for person in (elsewhere, everywhere):
        with pytest.raises(MayNotGive):
            let_go(employee=person, giver=Role.MANAGER, within=within, at=NOON, actor=ACTOR)
        with pytest.raises(MayNotGive):
            appoint_employee(employee=person, giver=Role.MANAGER, within=within, role=Role.CASHIER, branch_ids=within, at=NOON, actor=ACTOR)
    appoint_employee(employee=cast.tom, giver=Role.MANAGER, within=within, role=Role.AGENT, branch_ids=within, at=NOON, actor=ACTOR)


@pytest.mark.django_db
def test_a_manager_of_one_branch_who_ticks_none_gives_only_their_own(cast: Cast) -> None:
    manager = employ(cast.business, "Max Market", Role.MANAGER, branches=[cast.market])
    client = signed_in(manager)
    response = client.post("/settings/staff/", {"name": "New", "email": "new@bakery.example", "role": "agent"})
    assert response.status_code == 200
    from regulars.staff.models import Invitation

    invitation = Invitation.objects.get(email="new@bakery.example")
    assert not invitation.every_branch
    assert [one.pk for one in invitation.branches.all()] == [cast.market.pk]
