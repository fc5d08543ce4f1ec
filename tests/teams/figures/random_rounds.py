"""A library at random over three rounds: people are reviewed, join, and move, and the daily work is
done when a round opens, on an earlier day of some, and when it closes."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import update

from tests.factories.answers import Answer
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import World
from tests.teams.crowds import AT, GAP, Crowd
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import transaction
from tracker.models import Endorsement, Membership, Round
from tracker.record.workflow.rules import EndorsementStatus
from tracker.rules.roles import Role

TEAMS = {"central": (6, 14), "bookmobile": (1, 5), "harbour": (8, 14), "north": (2, 9)}
ROUNDS, DAYS = 3, 30
SAYS = {AT: Answer.CONSISTENTLY, GAP: Answer.NOT_YET}


def begun_round(world: World, *, number: int = 0, early: bool = False) -> dt.date:
    """The last of the rounds was over yesterday; its groups are those of its first day, which is
    returned. It is over and counted `DAYS` - 1 days later, its early day 11."""
    ends_on = world.now.date() - dt.timedelta(days=1 + number * DAYS)
    starts_on = ends_on - dt.timedelta(days=DAYS - 2)
    round_id = open_round(world, f"Round {number}", starts_on, ends_on)
    if early:
        with transaction() as tx:
            tx.get_one(Round, round_id).figures_on = starts_on + dt.timedelta(days=9)
    rounds_actions.keep_all_due(at(starts_on))
    return starts_on


def at(day: dt.date, days: int = 0) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(12), dt.UTC)


def counted_round(world: World, teams: Iterable[str], gaps: int = 5, reached: int = 5) -> Crowd:
    """A round that is over, in which so many people of each team were reviewed."""
    crowd = Crowd(world)
    for team in teams:
        for _ in range(gaps + reached):
            crowd.names.append(f"zoe{len(crowd.names)}")
            join(world, crowd.names[-1], team)
    starts_on = begun_round(world)
    for number, name in enumerate(crowd.names):
        state = GAP if number % (gaps + reached) < gaps else AT
        stand(world, name, state, at=at(starts_on, 5), by="carl")
    rounds_actions.keep_all_due(world.now)
    return crowd


@dataclass
class RandomRounds:
    """`teams`: of everybody, now."""

    world: World
    rng: random.Random
    teams: dict[str, str] = field(default_factory=dict)

    def run(self) -> Iterator[None]:
        """After each time that something may be told."""
        first = self.world.now.date() - dt.timedelta(days=ROUNDS * DAYS + 1)
        for team, (least, most) in TEAMS.items():
            for _ in range(self.rng.randint(least, most)):
                self._join(team, first)
        for number in reversed(range(ROUNDS)):
            starts_on = begun_round(self.world, number=number, early=self.rng.random() < 0.5)
            for day in (4, 20):
                share = self.rng.choice([0.1, 0.5, 0.8])
                for name in sorted(self.teams):
                    if self.rng.random() < share:
                        state = self.rng.choice([AT, GAP])
                        said = SAYS[self.rng.choice([AT, GAP])]
                        self._supersede(name, at(starts_on, day))
                        stand(self.world, name, state, at=at(starts_on, day), by="carl", said=said)
                self._shift(starts_on + dt.timedelta(days=day + 2))
                rounds_actions.keep_all_due(at(starts_on, 11 if day == 4 else DAYS - 1))
                yield

    def _supersede(self, name: str, now: dt.datetime) -> None:
        with transaction() as tx:
            standing = (
                Endorsement.person_id == self.world.people[name],
                Endorsement.status == EndorsementStatus.IN_FORCE,
            )
            ended = {"status": EndorsementStatus.SUPERSEDED, "ended_at": now}
            tx.execute(update(Endorsement).where(*standing).values(ended))

    def _shift(self, day: dt.date) -> None:
        """Somebody joins, or moves to another team."""
        team = self.rng.choice(sorted(TEAMS))
        name = self.rng.choice(sorted(self.teams))
        if self.rng.random() < 0.5:
            self._join(team, day)
        elif self.teams[name] != team:
            with transaction() as tx:
                standing = (
                    Membership.person_id == self.world.people[name],
                    Membership.role == Role.LEARNER,
                    Membership.ends_on.is_(None),
                )
                ended = {"ends_on": day - dt.timedelta(days=1)}
                tx.execute(update(Membership).where(*standing).values(ended))
            join(self.world, name, team, starts_on=day)
            self.teams[name] = team

    def _join(self, team: str, day: dt.date) -> None:
        name = f"zoe{len(self.teams)}"
        join(self.world, name, team, starts_on=day)
        self.teams[name] = team
