"""Random frameworks, what three learners and their supervisors do on them, and what the next version
of each changes: drawn first as a plan, then done through the services."""

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.factories.answers import Answer
from tests.factories.frameworks import first_version, open_round
from tests.factories.sending import NO, NOT_MINE, PART, SURE_NOT, YES, actor
from tests.factories.world import LEVELS, World
from tracker.db import session, transaction
from tracker.models import Domain, Membership, Strand
from tracker.queries.frameworks.contents import statement_ids
from tracker.queries.frameworks.drafts import Decided, drafted
from tracker.queries.frameworks.level_effects import changed_levels
from tracker.records.frameworks import moves
from tracker.rules.frameworks.changes.level_effects import Place
from tracker.rules.frameworks.files import read_framework
from tracker.rules.frameworks.versions import VersionDecision
from tracker.rules.roles import Role
from tracker.services.administration import role_profiles
from tracker.services.frameworks import publishing
from tracker.services.frameworks.importing import import_framework

REVIEWERS = {"ana": "sue", "ben": "sue", "lea": "hugo"}
ANSWERS = (YES, PART, NO, SURE_NOT, NOT_MINE)


class Fate(StrEnum):
    """What a next version does with a statement; merged is the one with the next."""

    SAME = "same"
    SPELLED = "spelled"
    REWORDED = "reworded"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    RETIRED = "retired"


class Deed(StrEnum):
    """What a learner does with a statement, and what comes of it."""

    NOTHING = "nothing"
    RATED = "rated"
    CLEARED = "cleared"
    ENDORSED = "endorsed"
    THEN_CLEARED = "then_cleared"
    AGREED = "agreed"
    APART = "apart"
    REVOKED = "revoked"
    PROPOSED = "proposed"
    EXCEPTED = "excepted"
    WAITING = "waiting"
    DIFFERING = "differing"


@dataclass(frozen=True, slots=True)
class Did:
    deed: Deed
    answer: Answer
    noted: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`counts`: by section and domain, how many statements each level has; `fates` and `deeds`: of
    each year, dealt out in turn; `left_out`: not rated here, by place; `late_before_undo`: when
    reviews that were open end; `in_round`: whether a round is open when it is published."""

    counts: tuple[tuple[tuple[int, ...], ...], ...]
    fates: tuple[tuple[tuple[Fate, bool], ...], ...]
    deeds: tuple[tuple[Did, ...], ...]
    left_out: frozenset[int]
    late_before_undo: bool
    in_round: bool


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    counts = []
    for _section in range(draw(st.integers(1, 2))):
        levels = draw(st.integers(1, 3))
        of_level = st.lists(st.integers(0, 2), min_size=levels, max_size=levels)
        domains = draw(st.lists(of_level, min_size=1, max_size=2))
        counts.append(tuple(tuple(each) for each in domains))
    fates = st.tuples(st.sampled_from(Fate), st.booleans())
    did = st.builds(
        Did, st.sampled_from(Deed), st.sampled_from(ANSWERS), st.booleans(), st.booleans()
    )
    years = draw(st.integers(1, 2))
    return Plan(
        tuple(counts),
        tuple(tuple(draw(st.lists(fates, min_size=5, max_size=12))) for _year in range(years)),
        tuple(tuple(draw(st.lists(did, min_size=10, max_size=25))) for _year in range(years)),
        draw(st.frozensets(st.integers(0, 8), max_size=3)),
        draw(st.booleans()),
        draw(st.booleans()),
    )


Edge = tuple[str, str, bool, Fate]
"""A statement, one that takes its place, whether what was said of it counts there, and why."""


@dataclass(slots=True)
class Years:
    """`versions`: the ids of the published ones; `edges`: by statement ids, from each version to
    the next; `foretold`: whose level changes, as the newest draft said. `now` goes on with each
    act."""

    world: World
    plan: Plan
    data: dict[str, Any]
    now: dt.datetime
    versions: list[int] = field(default_factory=list)
    edges: list[list[tuple[int, int, bool, Fate]]] = field(default_factory=list)
    numbers: Any = None
    foretold: Counter[Place] = field(default_factory=Counter)

    def tick(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def ids(self, version: int = -1) -> list[int]:
        by_uuid = statement_ids(self.versions[version])
        return [
            by_uuid[each["uuid"]]
            for each in sorted(_statements(self.data), key=lambda each: each["uuid"])
        ]


def _statements(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        each
        for strand in data["strands"]
        for domain in strand["domains"]
        for each in domain["statements"]
    ]


def _new(numbers: Any, rank: int) -> dict[str, Any]:
    number = next(numbers)
    return {
        "code": f"S-{number:03}",
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "rank": rank,
        "title": f"Statement {number}",
        "text": f"does the thing of number {number}.",
    }


def begun(world: World, plan: Plan, now: dt.datetime) -> Years:
    """The first version is published, and everybody learns in it; one of its rounds is over, and
    another is open where the plan says so."""
    numbers = itertools.count(1)
    data: dict[str, Any] = {
        "slug": "drawn",
        "version": "1",
        "lang": "en",
        "title": "Drawn",
        "scale": {
            "question": "Do you do this?",
            "answers": [
                {"key": key, "label": key, "description": key, "counts_as": counts_as}
                for key, counts_as in {
                    "not_yet": "not_met",
                    "partly": "not_met",
                    "consistently": "met",
                    "not_sure": "open",
                    "not_my_work": "excluded",
                }.items()
            ],
        },
        "strands": [
            {
                "key": f"section{at}",
                "title": f"Section {at}",
                "levels": [
                    {"rank": rank, "name": LEVELS[rank - 1]}
                    for rank in range(1, len(domains[0]) + 1)
                ],
                "domains": [
                    {
                        "key": f"domain{number}",
                        "title": f"Domain {at}.{number}",
                        "position": number + 1,
                        "statements": [
                            _new(numbers, rank)
                            for rank, count in enumerate(counts, 1)
                            for _each in range(count)
                        ],
                    }
                    for number, counts in enumerate(domains)
                ],
            }
            for at, domains in enumerate(plan.counts)
        ],
    }
    _fill(data, numbers)
    world.framework_id = first_version(read_framework(json.dumps(data)), now)
    domain_ids = (
        session()
        .scalars(
            select(Domain.id)
            .join(Strand, Strand.id == Domain.strand_id)
            .where(Strand.framework_id == world.framework_id)
        )
        .all()
    )
    profile = role_profiles.create(
        actor(world, "adam", now),
        world.framework_id,
        "Drawn job",
        dict.fromkeys(domain_ids, 1),
        now,
    )
    people = [world.people[name] for name in REVIEWERS]
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.person_id.in_(people), Membership.role == Role.LEARNER)
            .values(role_profile_id=profile)
        )
        moves.begin(tx, people, now)
    open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    if plan.in_round:
        open_round(world, "Winter 2026", dt.date(2026, 10, 1), dt.date(2026, 12, 11))
    return Years(world, plan, data, now, [world.framework_id], numbers=numbers)


def _fill(data: Mapping[str, Any], numbers: Any) -> None:
    """No level of a section, and no domain, is without a statement; levels in order."""
    for strand in data["strands"]:
        for domain in strand["domains"]:
            if not domain["statements"]:
                domain["statements"].append(_new(numbers, 1))
        first = strand["domains"][0]["statements"]
        there = {each["rank"] for domain in strand["domains"] for each in domain["statements"]}
        first += [
            _new(numbers, level["rank"]) for level in strand["levels"] if level["rank"] not in there
        ]
        for domain in strand["domains"]:
            domain["statements"].sort(key=itemgetter("rank"))


def next_year(years: Years) -> None:
    """Change the statements as the plan has it, decide so, and publish."""
    number = len(years.versions)
    edges = _changed(years, years.plan.fates[number - 1])
    years.data["version"] = str(number + 1)
    now = years.tick()
    draft_id = import_framework(read_framework(json.dumps(years.data)), now).draft_id
    assert draft_id is not None
    stands = drafted(draft_id)
    assert stands is not None
    decisions = {}
    for change in stands.comparison.to_decide:
        befores = {each.uuid for each in change.before}
        carried = [
            after for before, after, carries, _fate in edges if carries and before in befores
        ]
        is_split = len(change.after) > 1
        decisions[change.key] = Decided(
            VersionDecision.CARRY if carried else VersionDecision.ASK_AGAIN,
            carried[0] if carried and is_split else None,
        )
    publishing.decide(None, draft_id, decisions, now)
    decided = drafted(draft_id)
    assert decided is not None
    effects = changed_levels(decided)
    years.foretold = effects.reached + effects.lost
    framework_id = publishing.publish(None, draft_id, now).framework_id
    old, new = statement_ids(years.versions[-1]), statement_ids(framework_id)
    years.versions.append(framework_id)
    years.edges.append(
        [(old[before], new[after], carries, fate) for before, after, carries, fate in edges]
    )


def _changed(years: Years, fates: tuple[tuple[Fate, bool], ...]) -> list[Edge]:
    data, numbers = years.data, years.numbers
    for each in _statements(data):
        each.pop("from", None)
    rows = [
        (strand, domain, each)
        for strand in data["strands"]
        for domain in strand["domains"]
        for each in domain["statements"]
    ]
    places = [
        (domain, level["rank"])
        for strand in data["strands"]
        for domain in strand["domains"]
        for level in strand["levels"]
    ]
    edges: list[Edge] = []
    gone = set[int]()
    for at, (_strand, domain, each) in enumerate(rows):
        if at in gone:
            continue
        uuid = each["uuid"]
        fate, carries = fates[at % len(fates)]
        following = next((place for place in range(at + 1, len(rows)) if place not in gone), None)
        if (fate is Fate.MERGED and following is None) or (fate is Fate.MOVED and len(places) == 1):
            fate = Fate.SAME
        match fate:
            case Fate.SAME:
                carries = True
            case Fate.SPELLED:
                each["text"] = each["text"].swapcase()
            case Fate.REWORDED:
                each["text"] = f"{each['text']} And more, in year {len(years.versions)}."
            case Fate.MOVED:
                here = next(
                    place
                    for place, (other, rank) in enumerate(places)
                    if other is domain and rank == each["rank"]
                )
                there, each["rank"] = places[(here + 1) % len(places)]
                domain["statements"].remove(each)
                there["statements"].append(each)
            case Fate.SPLIT:
                other = _new(numbers, each["rank"]) | {"from": [uuid]}
                each["text"] += " The first part."
                domain["statements"].append(other)
                first = at % 2 == 0
                edges.append((uuid, uuid, carries and first, fate))
                edges.append((uuid, other["uuid"], carries and not first, fate))
                continue
            case Fate.MERGED:
                assert following is not None
                _section, of_other, other = rows[following]
                gone.add(following)
                of_other["statements"].remove(other)
                each["from"] = [uuid, other["uuid"]]
                each["text"] += " And what goes with it."
                edges += [(uuid, uuid, carries, fate), (other["uuid"], uuid, carries, fate)]
                continue
            case Fate.RETIRED:
                domain["statements"].remove(each)
                continue
        edges.append((uuid, uuid, carries, fate))
    data["strands"][0]["domains"][0]["statements"].append(_new(numbers, 1))
    _fill(data, numbers)
    return edges
