from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.actors import acting
from tests.factories.people import closed_to
from tests.factories.world import World, add
from tracker.db import session, transaction
from tracker.models import AddressChange, Invitation, Job, Person, RecordOpening, SignIn
from tracker.rules.core.links import HELD_FOR, LinkKind
from tracker.rules.core.openings import INDEPENDENT_AFTER
from tracker.rules.core.tokens import token_hash
from tracker.services.core import jobs as jobs_services

SIGNED_IN_POST = "401 422 422 422 422 422 422 422 422"
LINK, BACK = "a" * 43, "b" * 43
EVERYBODY = "200 200 200 200 200 200 200 200 200"
FIRST_ALONE = "303 404 404 404 404 404 404 404 404"


def another_device(world: World) -> None:
    with transaction() as tx:
        add(
            tx,
            SignIn(
                person_id=world.people["ana"],
                token_hash="0" * 64,
                started_at=world.now,
                seen_at=world.now,
                ends_at=world.now,
            ),
        )


def that_device(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {
            "sign_in_id": tx.scalars(select(SignIn.id).where(SignIn.token_hash == "0" * 64)).one()
        }


OF_ANA_POST = "401 303 404 404 404 404 404 404 404"


def invite(world: World) -> None:
    with transaction() as tx:
        add(
            tx,
            Invitation(
                person_id=world.people["ana"],
                token_hash=token_hash(LINK),
                made_at=world.now,
                ends_at=world.now.replace(year=2030),
            ),
        )


def given(world: World) -> None:
    """Adam made Ana a link, which doesn't work yet."""
    with transaction() as tx:
        add(
            tx,
            Invitation(
                person_id=world.people["ana"],
                token_hash=token_hash(LINK),
                kind=LinkKind.HANDED,
                by_id=world.people["adam"],
                made_at=world.now,
                opens_at=world.now + HELD_FOR,
                ends_at=world.now.replace(year=2030),
            ),
        )


def link_id(world: World) -> dict[str, object]:
    return {"link_id": session().scalars(select(Invitation.id)).one()}


def link(world: World) -> dict[str, object]:
    return {"token": LINK}


def asked_address(world: World) -> None:
    """Lea wants another address."""
    with transaction() as tx:
        add(
            tx,
            AddressChange(
                person_id=world.people["lea"],
                former_email=world.email("lea"),
                new_email="lea.b@example.org",
                confirm_hash=token_hash(LINK),
                asked_at=world.now,
            ),
        )


def changed_address(world: World) -> None:
    """Lea had another address."""
    with transaction() as tx:
        add(
            tx,
            AddressChange(
                person_id=world.people["lea"],
                former_email="lea.a@example.org",
                new_email=world.email("lea"),
                take_back_hash=token_hash(BACK),
                asked_at=world.now,
                confirmed_at=world.now,
            ),
        )


def back(world: World) -> dict[str, object]:
    return {"token": BACK}


def new_reader(world: World, **columns: object) -> None:
    """Hugo came to supervise Ana; since long ago Adam has his account."""
    with transaction() as tx:
        tx.get_one(Person, world.people["adam"]).created_at = world.now - INDEPENDENT_AFTER
    closed_to(world, "hugo", "ana", given_by="carl", **columns)


def objection(world: World) -> None:
    new_reader(world, objected_at=world.now)


def opening(world: World) -> dict[str, object]:
    with transaction() as tx:
        return {"opening_id": tx.scalars(select(RecordOpening.id)).one()}


def job_of_ana(world: World) -> None:
    """Hers by name only: nothing makes it."""
    jobs_services.ask(acting(world, "ana"), "people_of_team", {"about": "Central"}, world.now)


def its_id(world: World) -> dict[str, object]:
    return {"job_id": session().scalars(select(Job.id)).one()}


DOORS = [
    Door("own_readers.index", "302 200 200 200 200 200 200 200 200"),
    Door("own_readers.open_", OF_ANA_POST, "POST", opening, arrange=new_reader),
    Door("own_readers.object_", OF_ANA_POST, "POST", opening, arrange=new_reader),
    Door("readers.queue", "302 403 403 403 403 403 403 200 403"),
    Door("readers.open_chosen", "401 403 403 403 403 403 403 303 403", "POST"),
    Door(
        "readers.decide",
        "401 404 404 404 404 404 404 303 404",
        "POST",
        opening,
        {"decision": "opened"},
        arrange=objection,
    ),
    Door("jobs.index", "302 200 200 200 200 200 200 200 200"),
    Door("jobs.download", "302 404 404 404 404 404 404 404 404", values=its_id, arrange=job_of_ana),
    Door("jobs.discard", "401 303 404 404 404 404 404 404 404", "POST", its_id, arrange=job_of_ana),
    Door("accounts.again", "302 200 200 200 200 200 200 200 200"),
    Door("accounts.unlock", SIGNED_IN_POST, "POST"),
    Door("accounts.change_password", SIGNED_IN_POST, "POST"),
    Door("accounts.end_other_sign_ins", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("address_changes.show", "302 200 200 200 200 200 200 200 200"),
    Door("address_changes.ask", SIGNED_IN_POST, "POST"),
    Door("address_changes.withdraw", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("address_changes.confirm_page", EVERYBODY, values=link, arrange=asked_address),
    Door("address_changes.confirm", FIRST_ALONE, "POST", link, arrange=asked_address),
    Door("address_changes.take_back_page", EVERYBODY, values=back, arrange=changed_address),
    Door("address_changes.take_back", FIRST_ALONE, "POST", back, arrange=changed_address),
    Door(
        "given_links.confirm", "401 404 404 303 404 404 404 404 404", "POST", link_id, arrange=given
    ),
    Door(
        "given_links.disown", "401 303 404 404 404 404 404 404 404", "POST", link_id, arrange=given
    ),
    Door("given_links.code", "302 200 200 200 200 200 200 200 200"),
    Door("given_links.make_code", SIGNED_IN_POST, "POST"),
    Door("password_resets.show", EVERYBODY),
    Door("password_resets.ask", "422 422 422 422 422 422 422 422 422", "POST"),
    Door("password_resets.asked", EVERYBODY),
    Door("people_invitations.index", "302 403 403 403 403 403 403 200 403"),
    Door("people_invitations.send", "401 403 403 403 403 403 403 422 403", "POST"),
    Door("sign_in_settings.show", "302 403 403 403 403 403 403 200 403"),
    Door("sign_in_settings.save", "401 403 403 403 403 403 403 422 403", "POST"),
    Door("accounts.come_back", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("accounts.cover", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("accounts.second_opinions", "401 303 303 303 303 303 303 303 303", "POST"),
    Door(
        "accounts.end_sign_in",
        "401 303 404 404 404 404 404 404 404",
        "POST",
        that_device,
        arrange=another_device,
    ),
    Door("accounts.leave", SIGNED_IN_POST, "POST"),
    Door("accounts.mail_choice", SIGNED_IN_POST, "POST"),
    Door("accounts.password", "302 200 200 200 200 200 200 200 200"),
    Door("accounts.rename", SIGNED_IN_POST, "POST"),
    Door("accounts.object_to_merge", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("accounts.show", "302 200 200 200 200 200 200 200 200"),
    Door("accounts.sign_in", "200 302 302 302 302 302 302 302 302"),
    Door("accounts.wait", "302 302 302 302 302 302 302 302 302"),
    Door("accounts.take_turn", "302 302 302 302 302 302 302 302 302"),
    Door("accounts.sign_in_now", "422 422 422 422 422 422 422 422 422", "POST"),
    Door("accounts.sign_out", "303 303 303 303 303 303 303 303 303", "POST"),
    Door("invitations.accept", "422 422 422 422 422 422 422 422 422", "POST", link, arrange=invite),
    Door("invitations.show", "200 200 200 200 200 200 200 200 200", values=link, arrange=invite),
]
