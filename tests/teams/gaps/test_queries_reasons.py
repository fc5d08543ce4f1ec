"""How far what is not known yet has come: what was sent, and has no reviewed rating."""

import datetime as dt
from collections.abc import Sequence

import pytest

from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.ratings import rate
from tests.factories.sides import PART, YES, actor, answer_all, item_ids, send, send_again
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.db import session
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.record.visible.queries import Reader
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.teams.gaps import queries_reasons as gaps_queries_reasons
from tracker.teams.gaps.rules import ReviewProgress

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture(params=[500, 0], ids=["team", "library"])
def _asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of people by name, and of a library that has too many for it."""
    monkeypatch.setattr(gaps_queries_reasons, "NAMED_ONE_BY_ONE", request.param)


def came(
    world: World,
    reader: str = "cora",
    version: int | None = None,
    day: dt.date | None = None,
    names: Sequence[str] = ("ana",),
) -> set[ReviewProgress]:
    """How far the statements of the first of these people are."""
    session().rollback()
    day = day or NOW.date()
    place = StandingScope(version or world.framework_id, world.libraries["city"])
    on, people = standings_queries.basis(place), [world.people[name] for name in names]
    stand = standings_queries.of_people(people, place, on.digest, day)
    at = dt.datetime.combine(day, NOW.timetz())
    sent = gaps_queries_reasons.sent_by(people, [], stand, on, Reader(actor(world, reader), at))
    found = sent.progress
    assert {person_id for person_id, _domain, _rank in found} <= {*people}
    return {came for (person_id, *_place), came in found.items() if person_id == people[0]}


def proposed(world: World, own: Answer, said: ReviewerAnswer) -> tuple[int, int]:
    """A revealed item of Ana's, and the exception that Sue proposes for it."""
    review_id, sue = send(world, own), actor(world, "sue")
    answer_all(world, review_id, said)
    review_actions.reveal(sue, review_id, NOW)
    (item_id,) = item_ids(review_id)
    return item_id, endorsements_actions.propose_exception(sue, item_id, "Done elsewhere", NOW)


@pytest.mark.usefixtures("_asked")
def test_what_the_library_does_not_rate_is_not_asked_for(world: World) -> None:
    send(world, YES)
    send(world, YES, learner="ben")
    assert came(world) == {ReviewProgress.IN_REVIEW}
    first = world.statements["communication"][0]
    exclusions_actions.leave_out(actor(world, "adam"), [first], "No such tool here.", NOW)
    assert came(world) == set()


@pytest.mark.usefixtures("_asked")
def test_an_agreed_exception_is_a_result(world: World) -> None:
    exception = proposed(world, YES, ReviewerAnswer.NOT_YET)
    assert came(world) == {ReviewProgress.IN_REVIEW}
    endorsements_actions.confirm_exception(actor(world, "ana"), *exception, NOW)
    assert came(world) == {ReviewProgress.IN_REVIEW}, "nobody else knows before the review ends"
    sides.keep_apart(actor(world, "sue"), exception[0], NOW)
    send(world, YES, learner="ben")
    assert came(world) == came(world, names=["ana", "ben"]) == set()
    assert came(world, names=["ben", "ana"]) == {ReviewProgress.IN_REVIEW}


@pytest.mark.usefixtures("_asked")
def test_what_has_a_result_has_none_for_who_is_to_rate_it_anew(world: World) -> None:
    exception = proposed(world, PART, ReviewerAnswer.PARTLY)
    endorsements_actions.confirm_exception(actor(world, "ana"), *exception, NOW)
    send_again(world, PART)
    assert came(world) == set()
    assert came(world, "sue") == {ReviewProgress.IN_REVIEW}


@pytest.mark.usefixtures("_asked")
def test_what_counts_later_is_asked_for_from_then(world: World) -> None:
    made = next_version(world, added=1)
    carried(world, made, person="ana")
    (new,) = made.added
    rate(world, "ana", new, Answer.PARTLY)
    review_actions.send(actor(world, "ana", AFTER), world.people["sue"], [new], AFTER)
    assert came(world, version=made.framework_id, day=AFTER.date()) == set()
    year = AFTER.date() + dt.timedelta(days=366)
    assert came(world, version=made.framework_id, day=year) == {ReviewProgress.IN_REVIEW}
