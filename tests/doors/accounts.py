from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import Invitation, SignIn
from tracker.rules.accounts.tokens import token_hash

SIGNED_IN_POST = "401 422 422 422 422 422 422 422 422"
LINK = "a" * 43


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


def link(world: World) -> dict[str, object]:
    return {"token": LINK}


DOORS = [
    Door("accounts.change_password", SIGNED_IN_POST, "POST"),
    Door("accounts.cover", "401 303 303 303 303 303 303 303 303", "POST"),
    Door(
        "accounts.end_sign_in",
        "401 303 404 404 404 404 404 404 404",
        "POST",
        that_device,
        arrange=another_device,
    ),
    Door("accounts.mail_choice", SIGNED_IN_POST, "POST"),
    Door("accounts.password", "302 200 200 200 200 200 200 200 200"),
    Door("accounts.rename", SIGNED_IN_POST, "POST"),
    Door("accounts.show", "302 200 200 200 200 200 200 200 200"),
    Door("accounts.sign_in", "200 302 302 302 302 302 302 302 302"),
    Door("accounts.sign_in_now", "422 422 422 422 422 422 422 422 422", "POST"),
    Door("accounts.sign_out", "303 303 303 303 303 303 303 303 303", "POST"),
    Door("invitations.accept", "422 422 422 422 422 422 422 422 422", "POST", link, arrange=invite),
    Door("invitations.show", "200 200 200 200 200 200 200 200 200", values=link, arrange=invite),
]
