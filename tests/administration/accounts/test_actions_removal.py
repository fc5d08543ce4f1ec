"""An account made by mistake is deleted; one that was used never is."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.administration.accounts.test_views_removal import mistaken
from tests.factories.answers import EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, back_up, send
from tests.factories.world import World
from tracker.administration.accounts import actions as accounts_actions
from tracker.administration.accounts.queries import is_unused
from tracker.administration.people import actions as people_actions
from tracker.db import session, transaction
from tracker.models import Notice, Person, RecordOpening
from tracker.rules.errors import Conflict, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed")


def _rated(world: World, person_id: int) -> None:
    world.people["nora"] = person_id
    rate(world, "nora", world.statements["technical"][0], YES)


def _reviews(world: World, person_id: int) -> None:
    world.people["nora"] = person_id
    send(world, YES, reviewer="nora")


def _has_password(world: World, person_id: int) -> None:
    with transaction() as tx:
        tx.get_one(Person, person_id).password_hash = "x"


@pytest.mark.parametrize("used", [_rated, _reviews, _has_password])
def test_who_has_anything_of_their_own_stays(
    context: World, used: Callable[[World, int], None]
) -> None:
    person_id = mistaken(context)
    assert is_unused(person_id)
    used(context, person_id)
    session().rollback()
    assert not is_unused(person_id)
    with pytest.raises(Conflict, match="account_used"):
        accounts_actions.remove(actor(context, "adam"), person_id, context.now)


def test_what_others_made_with_it_goes_with_it(context: World) -> None:
    """Nothing that points at the account stops it: a backup reviewer, a record that waits for them, a
    notice that names them."""
    statement_id = context.statements["technical"][0]
    endorse(context, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
    person_id = mistaken(context)
    assert session().scalars(select(RecordOpening.reader_id)).all() == [person_id]
    session().rollback()
    context.people["nora"] = person_id
    back_up(context, "sue", "nora", days=0)
    assert session().scalars(select(Notice.id).where(Notice.about_id == person_id)).all()
    session().rollback()
    accounts_actions.remove(actor(context, "adam"), person_id, context.now)
    with pytest.raises(Missing):
        people_actions.enable(actor(context, "adam"), person_id, context.now)
    assert session().scalars(select(RecordOpening.reader_id)).all() == []
