"""Random years of random frameworks: published, moved to, back, and there again. Nothing is lost,
nothing said twice, what counts is what was decided, and what was kept of rounds stays."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.copies import empty
from tests.factories.sides import PART, YES
from tests.factories.versions import moved_alone
from tests.factories.world import make_world
from tests.versions import checks, deeds, living
from tests.versions.checks import Kept, Pages
from tests.versions.living import DAY, REVIEWERS, SPRING
from tests.versions.plans import Deed, Did, Fate, Plan, Year, plans
from tracker.db import db
from tracker.frameworks.changes import queries as changes_queries
from tracker.frameworks.changes.rules_levels import LevelEffects
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.frameworks.versions import (
    records as frameworks_versions_records,
    records_moves as frameworks_versions_records_moves,
)
from tracker.models import Rating
from tracker.rules.errors import Conflict


class Life:
    """One plan, lived through, until something is not as it must be."""

    def __init__(self, app: Flask, plan: Plan) -> None:
        self.app, self.kept, self.files = app, Kept(), Kept()
        self.years = living.begun(make_world(NOW), plan)
        self.act()
        for number in range(1, len(plan.years)):
            self.years.now = SPRING.replace(year=SPRING.year + number)
            self.next_version()
            self.act()
            self.in_between()
        self.there_and_back()
        living.move(self.years, -1, "other")  # over all versions at once
        self.check("followed")
        self.look("followed", "otto")
        for version in self.years.versions:
            self.must("at the end", checks.counts(self.years, "ana", version))

    def next_version(self) -> None:
        """It is published, and people are moved to it, back, and there again."""
        years = self.years
        year = years.plan.years[len(years.versions)]
        if year.expired:
            living.let_expire(years)
        if year.in_round:
            living.have_a_round(years, days=3)
        before = self.pages("ana")
        foretold = living.publish(years)
        self.check("published")
        if year.in_round:
            with pytest.raises(Conflict, match="move_in_round"):
                living.move(years, -1)
            years.now += 5 * DAY
            self.keep()
            before = self.pages("ana")
        if year.ahead:
            moved_alone(years.world, "lea", years.versions[-1], years.now)
            self.check("one ahead")
        living.move(years, -1)
        self.check("moved")
        self.must("moved", checks.not_foretold(years, foretold))
        self.look("moved")
        if year.late:
            deeds.end_reviews(years)
            self.check("ended late")
        living.move(years, -2)
        self.check("back")
        if not year.late:
            self.must("back", checks.not_as_before(before, self.pages("ana")))
        for name in REVIEWERS:
            deeds.meanwhile(years, name)
        living.move(years, -1)
        self.check("there again")

    def act(self) -> None:
        """A round of the newest version, in which those who are on it do what the plan has."""
        years = self.years
        years.now += 10 * DAY
        living.have_a_round(years, days=30)
        years.now += 5 * DAY
        living.leave_out(years)
        for name in REVIEWERS:
            if checks.read(years, name).framework_id == years.versions[-1]:
                deeds.done(years, name, deeds.dealt(years, name))
        self.check("done")
        years.now += 40 * DAY
        self.keep()

    def in_between(self) -> None:
        """What was said on the new version meets what is said on the one before since then."""
        living.move(self.years, -2)
        self.check("back with answers")
        for name in REVIEWERS:
            deeds.meanwhile(self.years, name)
        living.move(self.years, -1)
        self.check("there with other answers")

    def there_and_back(self) -> None:
        """Over all versions, and then everything is as it was."""
        before = self.pages("ana")
        living.move(self.years, 0)
        self.check("back on the first")
        self.look("back on the first")
        living.move(self.years, -1)
        self.check("there at last")
        self.must("there at last", checks.not_as_before(before, self.pages("ana")))

    # ---- what must be so

    def check(self, when: str) -> None:
        self.must(when, checks.one_skill(self.years))
        for name in REVIEWERS:
            self.must(when, checks.counts(self.years, name))
        self.must(when, checks.changed_rounds(self.kept, checks.rounds_kept()))

    def look(self, when: str, name: str = "ana") -> None:
        now = checks.round_files(self.app, self.years)
        self.must(when, checks.changed_rounds(self.files, now))
        shown = self.pages(name)
        self.must(when, checks.unreachable(self.years, name, shown))
        self.must(when, checks.said_twice(shown))
        self.must(when, checks.unsound())

    def must(self, when: str, faults: Iterator[str]) -> None:
        found = "\n".join(faults)
        assert not found, f"version {len(self.years.versions)}, {when}:\n{found}"

    def pages(self, name: str) -> Pages:
        return checks.pages(self.app, self.years, name)

    def keep(self) -> None:
        living.keep_rounds(self.years)
        self.kept = checks.rounds_kept()
        self.files = checks.round_files(self.app, self.years)


def lived(app: Flask, plan: Plan) -> None:
    with app.app_context():
        db.session.remove()
        empty(db.engine)
        Life(app, plan)


CARRIED, ASKED = True, False
DEEDS = tuple(
    Did(deed, answer)
    for answer in (YES, PART)
    for deed in (Deed.ENDORSED, Deed.RATED, Deed.EXCEPTED, Deed.ENDORSED, Deed.WAITING)
)
RICH = Plan(
    (((3, 2, 2),),),
    (
        Year((), DEEDS, frozenset({1})),
        Year(
            (
                (Fate.SAME, CARRIED),
                (Fate.REWORDED, ASKED),
                (Fate.MERGED, CARRIED),
                (Fate.SPLIT, CARRIED),
                (Fate.RETIRED, ASKED),
                (Fate.MOVED, CARRIED),
            ),
            DEEDS,
        ),
    ),
)


SPLIT_AND_SPLIT = Plan(
    (((2, 1),),),
    (
        Year((), DEEDS),
        Year(((Fate.SPLIT, CARRIED), (Fate.RETIRED, CARRIED)), DEEDS, ahead=True),
        Year(((Fate.SPLIT, CARRIED), (Fate.SPLIT, ASKED)), DEEDS, late=True),
        Year(((Fate.MERGED, CARRIED), (Fate.IN_THREE, CARRIED)), DEEDS, in_round=True),
    ),
)
"""Over three versions, and then merged again."""


@pytest.mark.reads_at_length
@pytest.mark.in_ci
def test_a_year_with_everything_in_it(app: Flask) -> None:
    lived(app, RICH)


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans)
@example(plan=SPLIT_AND_SPLIT)
@pytest.mark.longest  # one year with everything in it stands above
def test_random_years(app: Flask, plan: Plan) -> None:
    lived(app, plan)


# ---- what breaks it is found

PLAIN = replace(
    RICH,
    years=tuple(
        replace(year, deeds=tuple(did for did in year.deeds if did.deed is not Deed.EXCEPTED))
        for year in RICH.years
    ),
)
"""Without exceptions, where the draft says exactly whose level changes."""
whole_ancestries, whole_effects = drafts_actions._ancestries, changes_queries.changed_levels
whole_add_origin, whole_move = (
    frameworks_versions_records.add_origin,
    frameworks_versions_records_moves.move,
)


def carries_nothing(*of: Any, carries: bool) -> None:
    whole_add_origin(*of, carries=False)


def says_nine_more(draft: DraftedVersion) -> LevelEffects:
    return replace(whole_effects(draft), reached=Counter({("section0", "domain0", 1): 9}))


def loses_notes(tx: Session, *of: Any) -> int:
    tx.execute(update(Rating).values(own_note=""))
    return whole_move(tx, *of)


BREACHES: dict[str, tuple[str, str, object]] = {
    "what is asked again is the same skill": (
        "statements and skills",
        "tracker.frameworks.drafts.actions._ancestries",
        lambda stands: {
            uuid: replace(each, carries=True) for uuid, each in whole_ancestries(stands).items()
        },
    ),
    "nothing passes an origin": (
        "own of ana on",
        "tracker.frameworks.versions.records.add_origin",
        carries_nothing,
    ),
    "another level than the draft said": (
        "were to change at",
        "tests.versions.living.changed_levels",
        says_nine_more,
    ),
    "nothing leads to what is retired": (
        "no page of ana leads to",
        "tracker.assessment.older.queries.of_learner",
        lambda _learner, _sheet: [],
    ),
    "merged notes are joined twice": (
        "says twice in one place",
        "tracker.record.ratings.queries.joined",
        lambda first, second: "\n\n".join(filter(None, (first, second, second))),
    ),
    "moving clears notes": (
        "is not what it was",
        "tracker.frameworks.versions.records_moves.move",
        loses_notes,
    ),
    "a round's figures are those of now": (
        "the kept round",
        "tracker.teams.gaps.pages_filters.scope_at",
        lambda scope, _at: scope,
    ),
    "a move is not sealed": (
        "seal",
        "tracker.frameworks.versions.records_moves.seals_records.note",
        lambda _tx, _row: None,
    ),
}
"""What the check says, and what is broken."""


@pytest.mark.longest  # that a year without a breach is well is seen in `make test`
@pytest.mark.parametrize("what", BREACHES)
def test_a_breach_is_found(app: Flask, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said, where, instead = BREACHES[what]
    monkeypatch.setattr(where, instead)
    with pytest.raises(AssertionError, match=said):
        lived(app, PLAIN)
