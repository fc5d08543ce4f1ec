"""A library at random over some days: people are reviewed, join, move and leave, a round ends, and
each night the daily work is done. It remembers how everybody stood."""

import datetime as dt
import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import update

from tests.factories.answers import Answer
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import START, World
from tests.web.teams.crowds import AT, GAP, add_team, hide_names
from tracker.db import transaction
from tracker.models import Endorsement, Membership
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState
from tracker.rules.reviews.workflow import EndorsementStatus
from tracker.rules.roles import Role
from tracker.services.administration import rounds
from tracker.services.reviews import releases

TEAMS = {"central": (6, 12), "bookmobile": (1, 5), "harbour": (5, 10), "north": (2, 9)}
PATHS = {
    "city": {"city", "central", "bookmobile", "harbour", "north"},
    "central": {"central", "bookmobile"},
}
"""A team with those below it, where there are any."""
Review = tuple[str, int, Voice]
"""Of a person the state after so many reviews: what a reader wants to know."""
Reviews = Mapping[Voice, Review]
"""Of those voices in which somebody is at target or below it."""
SAYS = {AT: Answer.CONSISTENTLY, GAP: Answer.NOT_YET}


@dataclass
class Standing:
    team: str
    reviews: int = 0
    known: dict[Voice, Review] = field(default_factory=dict)


class RandomLibrary(ABC):
    """What happens there, by chance. What that does to its records says who is one."""

    rng: random.Random

    def run(self, nights: int) -> Iterator[dt.datetime]:
        """The first day brings most reviews; later ones few, or one. The moment after each night."""
        self.begin(nights)
        for night in range(nights, -1, -1):
            at = self.day(night)
            share = 0.9 if night == nights else self.rng.choice([0, 0.02, 0.05, 0.2, 0.6])
            for name in sorted(self.teams_of()):
                if self.rng.random() < share:
                    self.review(name, at)
            if night < nights and self.rng.random() < 0.5:
                self._shift(at)
            later = at + dt.timedelta(hours=1)
            self.work(later)
            yield later

    def _shift(self, at: dt.datetime) -> None:
        """Somebody joins, or moves to another team."""
        team = self.rng.choice(sorted(TEAMS))
        if self.rng.random() < 0.5:
            self.join(team, at)
            return
        name = self.rng.choice(sorted(self.teams_of()))
        if self.teams_of()[name] != team:
            self.move(name, team, at)

    @abstractmethod
    def day(self, before: int) -> dt.datetime: ...

    @abstractmethod
    def begin(self, nights: int) -> None: ...

    @abstractmethod
    def teams_of(self) -> Mapping[str, str]:
        """By person."""

    @abstractmethod
    def join(self, team: str, at: dt.datetime) -> None: ...

    @abstractmethod
    def move(self, name: str, team: str, at: dt.datetime) -> None: ...

    @abstractmethod
    def review(self, name: str, at: dt.datetime) -> None: ...

    @abstractmethod
    def work(self, at: dt.datetime) -> None:
        """That of each night."""


@dataclass
class ManyDays(RandomLibrary):
    """`days`: by the moment of each daily work, everybody's team, and review if they are known.
    `of`: what each review led to. `own`: what people say of themselves, whatever their reviewers
    do."""

    world: World
    rng: random.Random
    own: random.Random
    hides_names: bool = True
    people: dict[str, Standing] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    days: dict[dt.datetime, dict[str, tuple[str, Reviews]]] = field(default_factory=dict)
    of: dict[Review, TargetState] = field(default_factory=dict)

    def begin(self, nights: int) -> None:
        add_team(self.world, "north", "city")
        add_role_profile(self.world, "Lead", 4)
        if self.hides_names:
            hide_names(self.world)
        for team, (least, most) in TEAMS.items():
            for _ in range(self.rng.randint(least, most)):
                self.join(team, self.day(nights + 1))
        first, last = self.day(nights - 1).date(), self.day(nights - 2).date()
        open_round(self.world, "Short", first, last)

    def teams_of(self) -> Mapping[str, str]:
        return {name: of.team for name, of in self.people.items()}

    def work(self, at: dt.datetime) -> None:
        self.days[at] = {name: (of.team, dict(of.known)) for name, of in self.people.items()}
        rounds.keep_all_due(at)
        releases.release_all_due(at)

    def day(self, before: int) -> dt.datetime:
        return self.world.now - dt.timedelta(days=before, hours=2)

    def join(self, team: str, at: dt.datetime) -> None:
        """One in five has another job elsewhere, with higher targets, that began before."""
        name = f"zoe{len(self.people)}"
        if len(self.people) % 5 == 0:
            self.elsewhere[name] = "north" if team == "harbour" else "harbour"
            join(self.world, name, self.elsewhere[name], starts_on=START, role_profile="Lead")
        join(self.world, name, team, starts_on=at.date())
        self.people[name] = Standing(team)

    def review(self, name: str, at: dt.datetime) -> None:
        of = self.people[name]
        with transaction() as tx:
            ended = {"status": EndorsementStatus.SUPERSEDED, "ended_at": at}
            tx.execute(
                update(Endorsement)
                .where(
                    Endorsement.person_id == self.world.people[name],
                    Endorsement.status == EndorsementStatus.STANDING,
                )
                .values(ended)
            )
        state = self.rng.choice([AT, AT, GAP, GAP, None])
        of.reviews += 1
        of.known.pop(Voice.ENDORSED, None)
        if state is None:
            return
        own = self.own.choice([AT, GAP])
        stand(self.world, name, state, at=at, by="carl", said=SAYS[own])
        for voice, led_to in ((Voice.ENDORSED, state), (Voice.SELF, own)):
            of.known[voice] = (name, of.reviews, voice)
            self.of[of.known[voice]] = led_to

    def move(self, name: str, team: str, at: dt.datetime) -> None:
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(
                    Membership.person_id == self.world.people[name],
                    Membership.role == Role.LEARNER,
                    Membership.ends_on.is_(None),
                )
                .values(ends_on=at.date() - dt.timedelta(days=1))
            )
        join(self.world, name, team, starts_on=at.date())
        self.people[name].team = team
