"""The people of the demo, read from seed_data/demo, and chance that does not depend on order."""

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from config import ROOT
from tests.demo.lookups import Outline
from tracker.frameworks.versions.rules import NOT_MY_WORK, NOT_SURE, Meaning, Scale
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person

T = TypeVar("T")
FOLDER = ROOT / "seed_data" / "demo"


def draw(*key: object) -> float:
    """A number from 0 up to 1 that is the same for the same key, on every machine and in any
    order."""
    digest = hashlib.sha256("|".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def pick(choices: Sequence[T], *key: object) -> T:
    return choices[int(draw(*key) * len(choices))]


@dataclass(frozen=True, slots=True)
class DemoTeam:
    name: str
    above: str | None
    supervisors: tuple[str, ...]
    learners: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in a library of the demo. `texts` holds the lists of sentences that the story picks
    from."""

    library: str
    time_zone: str
    password: str
    administrator: str
    coordinators: tuple[tuple[str, str | None], ...]
    coordinators_read_names: bool
    teams: tuple[DemoTeam, ...]
    not_rated_here: tuple[dict[str, str], ...]
    texts: dict[str, Any]

    def accounts(self) -> list[dict[str, str]]:
        """One for each role that somebody has first, administrators last; the first of a role is
        its best example."""
        learners = [learner["name"] for team in self.teams for learner in team.learners]
        supervisors = [
            name for team in self.teams for name in team.supervisors if name not in learners
        ]
        reads = "coordinator" if self.coordinators_read_names else "coordinator without names"
        by_role = (
            ("learner", learners),
            ("supervisor", supervisors),
            (reads, [name for name, _team in self.coordinators]),
            ("administrator", [self.administrator]),
        )
        return [
            {"role": role, "name": name, "email": email(name), "password": self.password}
            for role, names in by_role
            for name in names
        ]

    def second_jobs(self) -> list[dict[str, Any]]:
        """Of those who learn in another team too, with its name."""
        return [
            {"name": learner["name"], **learner["also"]}
            for team in self.teams
            for learner in team.learners
            if "also" in learner
        ]

    def fitting(self, kind: str, domain: str, title: str) -> list[str]:
        """The sentences of that kind that fit a statement: those of its domain, with its name where
        they say it."""
        name = title[:1].lower() + title[1:] if title[1:2].islower() else title
        return [text.format(statement=name) for text in self.texts[kind][domain]]

    def names(self) -> list[str]:
        return list(dict.fromkeys(account["name"] for account in self.accounts()))


def email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".") + "@example.org"


def load_cast() -> Cast:
    """Of the first library."""
    return _cast(_read("library"))


def load_casts() -> tuple[Cast, Cast]:
    """Of the first library, and of the one whose coordinator reads counts without names: what that
    one does not say itself, it says as the first."""
    return load_cast(), _cast(_read("library") | _read("county"))


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


def _cast(data: dict[str, Any]) -> Cast:
    return Cast(
        library=data["library"],
        time_zone=data["time_zone"],
        password=data["password"],
        administrator=data["administrator"],
        coordinators=tuple((row["name"], row["team"]) for row in data["coordinators"]),
        coordinators_read_names=data["coordinators_read_names"],
        teams=tuple(team for row in data["teams"] for team in _teams(row, None)),
        not_rated_here=tuple(data["not_rated_here"]),
        texts=data,
    )


def _teams(row: dict[str, Any], above: str | None) -> Iterator[DemoTeam]:
    yield DemoTeam(row["name"], above, tuple(row["supervisors"]), tuple(row["learners"]))
    for inner in row.get("teams", []):
        yield from _teams(inner, row["name"])


@dataclass
class DemoLearner:
    """A learner as the story knows them: what they can do, and what they have said."""

    name: str
    person_id: int
    rank: int
    team_id: int
    supervisor: str
    place: int
    said: dict[int, str] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)

    def ability(self, statement: Outline, later: bool) -> float:
        """How far above (or below) the statement's level they are."""
        bent = (draw("bent", self.name, statement.domain) - 0.5) * 1.6
        grown = 0.35 * draw("grown", self.name, statement.domain) if later else 0.0
        noise = draw("noise", self.name, statement.code) - 0.5
        return self.rank + 0.45 + bent + grown + noise - statement.rank

    def answer(self, statement: Outline, scale: Scale, later: bool) -> str:
        chance = draw("kind", self.name, statement.code)
        if chance < 0.02:
            return NOT_SURE
        if chance > 0.97 and statement.domain in ("technical", "ai"):
            return NOT_MY_WORK
        return fitting(scale, self.ability(statement, later))


def fitting(scale: Scale, above: float) -> str:
    """The answer that fits somebody that many levels above the statement's (below: negative)."""
    met = [key for key, meaning in scale.graded.items() if meaning is Meaning.MET]
    below = [key for key, meaning in scale.graded.items() if meaning is not Meaning.MET]
    if above > 0.1:
        return met[0]
    return below[-1] if above > -0.9 else below[0]


class Scene:
    """Who is there and when it is. `today` is the day at which the story ends; supervisors save
    their answers to `screen` statements together."""

    screen = 1

    def __init__(self, cast: Cast, today: dt.date) -> None:
        self.cast = cast
        self.today = today
        self.ids: dict[str, int] = {}
        self.scale = Scale({})
        self._actors: dict[tuple[str, dt.date], Actor] = {}

    def at(self, days: float, hour: int = 9) -> dt.datetime:
        """That many days from the story's today, in working hours."""
        whole = int(days // 1)
        minutes = int((days % 1) * 8 * 60)
        noon = dt.datetime.combine(self.today, dt.time(hour), dt.UTC)
        return noon + dt.timedelta(days=whole, minutes=minutes)

    def actor(self, name: str, now: dt.datetime) -> Actor:
        key = (name, now.date())
        if key not in self._actors:
            found = actor_for_person(self.ids[name], now)
            if found is None:
                raise LookupError(f"{name} is not there")
            self._actors[key] = found
        return self._actors[key]
