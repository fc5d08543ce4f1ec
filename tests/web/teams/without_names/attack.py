"""What a reader without names can work out: everything they can fetch, put into equations.

The attacker knows the rule and its dates, who was in which team on each day and who was reviewed
when, and of everybody who is neither at target nor below it that they are not. Who sees names knows
all reviewed states. What they want is the rest: who is at target, and who below, in each voice.
"""

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from tests.client import Client
from tests.factories.world import World
from tests.web.teams.crowds import AT
from tests.web.teams.test_teams import rows
from tests.web.teams.without_names.many_days import PATHS, ManyDays, Review, Reviews
from tracker.db import session
from tracker.models import Release, RoundSnapshot
from tracker.rules.frameworks.scale import Voice
from tracker.rules.teams import releases as rules
from tracker.rules.teams.releases import CountedState, CountedStates

Equation = tuple[frozenset[Review], int]
"""So many of these are at target."""
Seen = Callable[[dt.datetime], Collection[str]]


@dataclass(frozen=True)
class Figure:
    """As a page had it when it was `looked_at`. `until`: it was asked for as of then."""

    team: str
    voice: Voice
    at_target: int
    gaps: int
    dates: tuple[str, ...]
    until: dt.datetime
    looked_at: dt.datetime


def addresses(client: Client, world: World, team: str) -> set[str]:
    """All that the filters of a team's page lead to, together."""
    page = client.http.get(f"/teams/{world.teams[team]}/gaps").text
    filters = [
        [f"{name}={value}" for value in re.findall(r'<option[^>]* value="([^"]*)"', options)]
        for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S)
    ]
    profiles = [f"profile={each}" for each in world.role_profiles.values()]
    found = {"&".join(each) for each in itertools.product(*filters)}
    return found | {f"teams={which}&{each}" for which in ("own", "all") for each in profiles}


def fetched(
    client: Client,
    world: World,
    teams: Iterable[str],
    ends: Mapping[str, dt.datetime],
    now: dt.datetime,
) -> set[Figure]:
    """Every figure of Leadership that the reader can fetch. `ends`: of the rounds, by id."""
    found = set()
    for team in teams:
        for query in sorted(addresses(client, world, team)):
            asked = dict(part.split("=") for part in query.split("&") if part)
            of = f"/teams/{world.teams[team]}/gaps"
            until = ends.get(asked.get("round", ""), now)
            found |= of_file(client, world, team, now, query, until=until)
            for name, cells in rows(client.http.get(f"{of}?{query}").text).items():
                child = name.lower()
                if child in world.teams and (told := re.fullmatch(r"(\d+) of (\d+)", cells[-1])):
                    gaps, known = map(int, told.groups())
                    found.add(Figure(child, Voice.ENDORSED, known - gaps, gaps, (), until, now))
    return found


GAPS = ("gaps", {Voice.ENDORSED: (1, 2, 5)})
BESIDE = ("self-ratings", {Voice.SELF: (1, 2, 3), Voice.ENDORSED: (4, 5, 6)})
"""A file, and in which of its columns what is."""


def of_file(
    client: Client,
    world: World,
    team: str,
    now: dt.datetime,
    query: str = "",
    file: tuple[str, Mapping[Voice, tuple[int, int, int]]] = GAPS,
    until: dt.datetime | None = None,
) -> set[Figure]:
    name, columns = file
    response = client.http.get(f"/teams/{world.teams[team]}/{name}.csv?{query}")
    return {
        Figure(team, voice, int(line[at]), int(line[gaps]), _dates(line[dates]), until or now, now)
        for line in csv.reader(io.StringIO(response.text))
        for voice, (at, gaps, dates) in columns.items()
        if response.status_code == 200
        and line[:1] == ["Leadership"]
        and len(line) > dates
        and line[at] != "not shown"
    }


def _dates(cell: str) -> tuple[str, ...]:
    return tuple(sorted(set(cell.split(" / "))))


def own_teams(world: World) -> list[str]:
    return [team for team in world.teams if team != "other"]


def equations(figures: Iterable[Figure], days: ManyDays, seen: Seen) -> list[Equation]:
    """Whom each figure counts. AssertionError where one is not of releases, or is wrong. `seen`:
    whom the reader knew by name at a moment; releases that may not be told without them are kept
    back."""
    told: dict[Voice, list[Release]] = {voice: [] for voice in Voice}
    for release in session().scalars(
        select(Release).where(Release.domain_key == "leadership", Release.told).order_by(Release.id)
    ):
        told[release.voice].append(release)
    return [_equation(each, days, told[each.voice], seen(each.looked_at)) for each in figures]


def _equation(
    figure: Figure, days: ManyDays, told: list[Release], known: Collection[str]
) -> Equation:
    names = {number: name for name, number in days.world.teams.items()}
    within = PATHS.get(figure.team, {figure.team})
    before: list[CountedStates] = []
    there = []
    for release in told:
        teams = {names[each] for each in release.teams}
        who = {
            reviews[figure.voice]
            for team, reviews in at_the_end(days, release.as_of).values()
            if team in teams and figure.voice in reviews
        }
        unknown = frozenset(
            CountedState(days.world.people[each[0]], days.of[each], each[1])
            for each in who
            if each[0] not in known
        )
        if (
            release.as_of <= figure.looked_at
            and rules.is_decided(unknown, before)
            and rules.may_be_told(unknown, before)
        ):
            before.append(unknown)
            if teams <= within and release.as_of <= figure.until:
                there.append((release.as_of, release.id, teams, who))
    seen: set[str] = set()
    counted: set[Review] = set()
    dates: set[str] = set()
    for as_of, _id, teams, who in sorted(there, key=lambda each: each[:2], reverse=True):
        if not teams & seen:
            seen |= teams
            counted |= who
            dates.add((as_of - dt.timedelta(seconds=1)).date().isoformat())
    at_target = sum(days.of[each] is AT for each in counted)
    is_right = (figure.at_target, figure.gaps) == (at_target, len(counted) - at_target)
    if is_right and set(figure.dates) <= {min(dates, default=""), max(dates, default="")}:
        return frozenset(counted), at_target
    raise AssertionError(f"{figure} is of no releases")


def at_the_end(days: ManyDays, as_of: dt.datetime) -> dict[str, tuple[str, Reviews]]:
    """As things were then: at a daily work, or at the end of a round the day before it."""
    return days.days[max(at for at in days.days if at <= as_of)]


def worked_out(found: Iterable[Equation], known: Mapping[Review, bool]) -> dict[Review, bool]:
    """Who must be at target (True) or below it, by adding and subtracting equations, and because
    nobody counts for less than 0 or more than 1."""
    sure = dict(known)
    wanted = set(known)
    while True:
        left = [
            (
                {one: Fraction(1) for one in who if one not in sure},
                Fraction(total - sum(sure[one] for one in who if one in sure)),
            )
            for who, total in set(found)
        ]
        pairs = [
            ({one: a.get(one, 0) - b.get(one, Fraction(0)) for one in {*a, *b}}, x - y)
            for (a, x), (b, y) in itertools.combinations(left, 2)
        ]
        new: dict[Review, bool] = {}
        for row, total in [*left, *pairs, *reduced(left)]:
            row = {one: Fraction(of) for one, of in row.items() if of}  # noqa: PLW2901
            most = sum((of for of in row.values() if of > 0), Fraction(0))
            least = sum((of for of in row.values() if of < 0), Fraction(0))
            if row and total in (most, least):
                new |= {one: (of > 0) is (total == most) for one, of in row.items()}
            if len(row) == 1:
                (one, of), *_rest = row.items()
                new[one] = bool(total / of)
        if not new.keys() - sure.keys():
            return {one: at for one, at in sure.items() if one not in wanted}
        sure |= new


def reduced(
    rows: list[tuple[dict[Review, Fraction], Fraction]],
) -> list[tuple[dict[Review, Fraction], Fraction]]:
    """The equations solved as far as they can be: Gauss and Jordan."""
    done: list[tuple[Review, dict[Review, Fraction], Fraction]] = []
    for row, total in rows:
        for pivot, other, other_total in done:
            if times := row.get(pivot):
                row, total = less(row, total, other, other_total, times)  # noqa: PLW2901
        if not row:
            continue
        pivot = min(row)
        by = row[pivot]
        row, total = {one: of / by for one, of in row.items()}, total / by  # noqa: PLW2901
        done = [
            (at, *less(other, other_total, row, total, times))
            if (times := other.get(pivot))
            else (at, other, other_total)
            for at, other, other_total in done
        ]
        done.append((pivot, row, total))
    return [(row, total) for _pivot, row, total in done]


def less(
    row: dict[Review, Fraction],
    total: Fraction,
    other: dict[Review, Fraction],
    other_total: Fraction,
    times: Fraction,
) -> tuple[dict[Review, Fraction], Fraction]:
    found = {
        one: row.get(one, Fraction(0)) - times * other.get(one, Fraction(0))
        for one in {*row, *other}
    }
    return {one: of for one, of in found.items() if of}, total - times * other_total


class Attacker:
    """A reader who comes back every day, and tries every address on the last. They know everybody
    who was ever in `known_teams`, and in the `known_voice` everybody; they read the pages of
    `reads`."""

    def __init__(
        self,
        client: Client,
        days: ManyDays,
        known_teams: Iterable[str] = (),
        known_voice: Voice | None = None,
        reads: Iterable[str] = (),
    ) -> None:
        self.client = client
        self.days = days
        self.reads = list(reads) or own_teams(days.world)
        self.known_teams = frozenset(known_teams)
        self.known_voice = known_voice
        self.figures: set[Figure] = set()

    def look(self, now: dt.datetime) -> None:
        for team in self.reads:
            self.figures |= of_file(self.client, self.days.world, team, now, file=BESIDE)
            if self.known_voice is None:
                self.figures |= of_file(self.client, self.days.world, team, now)

    def look_everywhere(self, now: dt.datetime) -> None:
        """Who sees names learns nothing from the pages of what they know."""
        if self.known_voice is None:
            ends = {
                str(row.round_id): row.as_of for row in session().scalars(select(RoundSnapshot))
            }
            self.figures |= fetched(self.client, self.days.world, self.reads, ends, now)

    def found(self) -> dict[Review, bool]:
        """The states that they work out."""
        seen = self._seen(max(self.days.days))
        known = {
            of: state is AT
            for of, state in self.days.of.items()
            if of[0] in seen or of[2] is self.known_voice
        }
        return worked_out(equations(self.figures, self.days, self._seen), known)

    def _seen(self, at: dt.datetime) -> set[str]:
        return {
            name
            for night, day in self.days.days.items()
            if night <= at
            for name, (team, _reviews) in day.items()
            if {team, self.days.elsewhere.get(name)} & self.known_teams
        }
