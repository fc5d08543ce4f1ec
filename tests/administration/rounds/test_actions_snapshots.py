"""A round that is over is kept as it was on its last day."""

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from config import ROOT
from tests.administration.rounds.past_rounds import CHANGING, END, past_round, revoke_all
from tests.conftest import Queries
from tests.factories.frameworks import leave_out, open_round
from tests.factories.world import World
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.models import Library, Round, RoundSnapshot, SnapshotPerson
from tracker.policy.permissions import Actor
from tracker.rules.errors import Invalid
from tracker.teams.rounds import queries as teams_rounds_queries
from tracker.teams.rounds.queries import RoundAtEnd, at_end

pytestmark = pytest.mark.usefixtures("all_is_sealed")

MAY_31 = dt.date(2026, 5, 31)


def kept(round_id: int) -> str | None:
    """All that is kept of a round, as `plain` has it."""
    snapshot = (
        session()
        .scalars(select(RoundSnapshot).where(RoundSnapshot.round_id == round_id))
        .one_or_none()
    )
    if snapshot is None:
        return None
    rows = session().scalars(
        select(SnapshotPerson)
        .where(SnapshotPerson.snapshot_id == snapshot.id)
        .order_by(SnapshotPerson.id)
    )
    names = [column.name for column in SnapshotPerson.__table__.columns]
    kept = [name for name in names if name not in ("id", "snapshot_id", "salt")]
    people = [{name: getattr(row, name) for name in kept} for row in rows]
    return plain(RoundAtEnd(snapshot.facts, people, ()))


def plain(of: RoundAtEnd) -> str:
    return json.dumps(of, sort_keys=True)


def test_what_is_kept_of_a_person(context: World) -> None:
    spring = past_round(context)
    assert rounds_actions.keep_all_due(context.now) == 1
    assert rounds_actions.keep_all_due(context.now) == 0
    snapshot = session().scalars(select(RoundSnapshot)).one()
    ana = (
        session()
        .scalars(select(SnapshotPerson).where(SnapshotPerson.person_id == context.people["ana"]))
        .one()
    )
    assert (snapshot.round_id, snapshot.as_of, snapshot.reconstructed) == (spring, END, False)
    assert snapshot.facts["rule_version"] == 1
    assert [job[2] for job in ana.jobs] == ["Mid-level"]
    framework = snapshot.facts["frameworks"][str(context.framework_id)]
    assert [domain["key"] for domain in framework["domains"]][2] == "leadership"
    expected = framework["targets"][str(context.role_profiles["city"])]
    assert expected[str(context.domains["leadership"])] == 2
    for words in (ana.reviewed, ana.revealed):
        assert words.split()[2] == "NLUU"
    assert ana.not_met == " ".join(map(str, context.statements["leadership"][:2]))
    assert ana.excepted == ""


def test_what_was_not_rated_there_is_kept_with_its_domain_and_each_person(context: World) -> None:
    spring = past_round(context)
    left, other, *_others = context.statements["leadership"]
    leave_out(context, left, "No such desk here")
    facts, people, _outcomes = at_end(spring, MAY_31, END)
    of = facts["frameworks"][str(context.framework_id)]
    out = {domain["key"]: domain["levels"][0]["not_rated_here"] for domain in of["domains"]}
    assert {key for key, count in out.items() if count} == {"leadership"}
    (ana,) = (one for one in people if one["person_id"] == context.people["ana"])
    assert ana["reviewed"].split()[2][0] == "L", "one statement is too few to judge"
    assert ana["not_met"] == str(other)


def test_people_cost_no_query_each(
    context: World, count_sql: Queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for as many as are read at a time."""
    spring = past_round(context)
    asked = []
    for at_once in (200, 200, 1):
        monkeypatch.setattr(teams_rounds_queries, "AT_ONCE", at_once)
        count_sql.clear()
        people = at_end(spring, MAY_31, END).people
        asked.append(len(count_sql))
    assert len(people) > 1
    assert asked[2] - asked[1] == len(people) - 1


def test_the_day_ends_where_the_library_is(context: World) -> None:
    """It is still the last day in Honolulu when it is the next one in UTC."""
    with transaction() as tx:
        tx.get_one(Library, context.libraries["city"]).time_zone = "Pacific/Honolulu"
    spring = past_round(context)
    over = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)
    assert rounds_actions.keep_all_due(over - dt.timedelta(seconds=1)) == 0
    assert rounds_actions.keep_all_due(over) == 1
    assert session().scalars(select(RoundSnapshot.as_of)).one() == over
    assert kept(spring) is not None


@pytest.mark.parametrize("change", CHANGING, ids=lambda change: change.__name__)
def test_the_first_later_change_keeps_it_before(
    context: World, change: Callable[[World], None]
) -> None:
    """And without that it would alter the figures."""
    spring = past_round(context)
    before = plain(at_end(spring, MAY_31, END))
    change(context)
    assert kept(spring) == before
    assert plain(at_end(spring, MAY_31, END)) != before


@pytest.mark.in_ci
def test_what_is_said_later_is_not_read(context: World) -> None:
    """Without having been kept: a rating that was endorsed then counts, whatever came of it."""
    spring = past_round(context)
    before = plain(at_end(spring, MAY_31, END))
    revoke_all(context)
    assert kept(spring) is None
    assert plain(at_end(spring, MAY_31, END)) == before


def test_what_was_over_when_it_was_added_is_reconstructed(context: World, adam: Actor) -> None:
    dates = (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    winter = rounds_actions.create(adam, "Winter", [context.framework_id], *dates, context.now)
    rounds_actions.keep_all_due(context.now)
    assert kept(winter) is not None
    assert session().scalars(select(RoundSnapshot.reconstructed)).one()


def test_a_kept_round_stays_where_it_is(context: World, adam: Actor) -> None:
    spring = open_round(context, "Spring", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    later = (dt.date(2026, 4, 1), dt.date(2026, 9, 1))
    with pytest.raises(Invalid, match="round_keeps_dates"):
        rounds_actions.edit(adam, spring, "Spring", [context.framework_id], *later, context.now)
    dates = (dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    rounds_actions.edit(adam, spring, "Spring 2026", [context.framework_id], *dates, context.now)
    assert session().get_one(Round, spring).name == "Spring 2026"


WRITES = re.compile(
    r"\b(?:Membership|Target|NotRatedHere)\(|(?:delete|update|insert)\((?:Membership|Target|"
    r"NotRatedHere|Team|RoleProfile|Round)\b|\bmemberships_records\.(?:write|add_many|change_many|"
    r"delete_many)\(|\.(?:ends_on|path|parent_id|time_zone|disabled_at) = (?!now)|_set_targets\(|\w+_records_moves\.move\("
    r"|_records\.add_origin\(|\b_remove\(|\bmemberships_records\.(?:begin|end)\("
)
"""What a figure of a past round is made of, as services write it."""


def test_every_service_that_changes_the_past_keeps_it_first() -> None:
    folder = ROOT / "tracker"
    found = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted([*folder.glob("services/**/*.py"), *folder.glob("*/*/actions*.py")])
        if WRITES.search(path.read_text())
    }
    assert len(found) >= 9
    assert {
        name for name, source in found.items() if "teams_rounds_records.keep_due(" not in source
    } == set()
