"""A plan lived through: versions published, people moved, rounds over. Everything goes through the
services, and the model is told what was decided."""

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories.answers import MEANING
from tests.factories.frameworks import first_version, open_round
from tests.factories.people import join
from tests.factories.sides import actor
from tests.factories.world import LEVELS, World
from tests.versions.model import Lineage
from tests.versions.plans import Fate, Plan, Year
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.db import session, transaction
from tracker.frameworks.changes.queries import changed_levels
from tracker.frameworks.changes.rules_places import Place
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules_reading import read_framework
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.frameworks.versions.rules import Decision, VersionDecision
from tracker.models import Domain, Library, Membership, RoleProfile, Statement, Strand
from tracker.policy.permissions import Actor
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.rules.errors import Conflict
from tracker.rules.roles import Role

REVIEWERS = {"ana": "sue", "lea": "hugo", "otto": "olaf"}
"""Whoever learns, and by whom they are reviewed. Ana learns in two jobs, of Central and of Harbour,
Lea in Harbour, and Otto in the other library, which follows at the end."""
HOMES = {"ana": "city", "lea": "city", "otto": "other"}
ADMINS = {"city": "adam", "other": "oda"}
SPRING = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
Edge = tuple[str, str, bool, bool]
"""The uuids of a statement that was there and of one that takes its place, whether what was said of
it counts there, and whether that is a part of several, or of several."""


def statement_ids(framework_id: int) -> dict[str, int]:
    """By uuid."""
    query = select(Statement.uuid, Statement.id).where(Statement.framework_id == framework_id)
    return dict(session().execute(query).all())


@dataclass(slots=True)
class Years:
    """`versions`: the ids of the published ones; `last`: by uuid, its newest statement; `gone`:
    statements that come back with the next version; `replaced`: the uuids of those whose place is
    taken then. `now` goes on with each act."""

    world: World
    plan: Plan
    data: dict[str, Any]
    numbers: Iterator[int]
    now: dt.datetime = SPRING
    versions: list[int] = field(default_factory=list)
    lineage: Lineage = field(default_factory=Lineage)
    last: dict[str, int] = field(default_factory=dict)
    gone: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)

    @property
    def year(self) -> Year:
        """That of the newest version."""
        return self.plan.years[len(self.versions) - 1]

    def tick(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def by(self, name: str) -> Actor:
        session().rollback()
        return actor(self.world, name, self.tick())

    def ids(self, version: int = -1) -> list[int]:
        """Its statements, in an order that has nothing to do with their places."""
        by_uuid = statement_ids(self.versions[version])
        return [by_uuid[uuid] for uuid in sorted(by_uuid)]

    def new(self, rank: int) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "code": f"S-{number:03}",
            "uuid": f"00000000-0000-4000-8000-{number:012}",
            "rank": rank,
            "title": f"Statement {number}",
            "text": f"does the thing of number {number}.",
            "sensitive": number % 5 == 0,
        }

    def fill(self) -> None:
        """No level of a section, and no domain, is without a statement; levels in order."""
        for strand in self.data["strands"]:
            for domain in strand["domains"]:
                if not domain["statements"]:
                    domain["statements"].append(self.new(1))
            there = {each["rank"] for domain in strand["domains"] for each in domain["statements"]}
            strand["domains"][0]["statements"] += [
                self.new(level["rank"]) for level in strand["levels"] if level["rank"] not in there
            ]
            for domain in strand["domains"]:
                domain["statements"].sort(key=itemgetter("rank"))

    def published(self, framework_id: int, edges: list[Edge]) -> None:
        ids = statement_ids(framework_id)
        for uuid, statement_id in ids.items():
            befores = [
                (self.last[before], carries)
                for before, after, carries, _is_part in edges
                if after == uuid
            ]
            is_part = any(part for _before, after, _carries, part in edges if after == uuid)
            self.lineage.add(statement_id, befores, is_part=is_part)
        self.last |= ids
        self.versions.append(framework_id)
        self.world.framework_id = framework_id


def begun(world: World, plan: Plan) -> Years:
    """The first version is published, and everybody learns in it."""
    answers = [
        {"key": key, "label": key, "description": key, "counts_as": meaning}
        for key, meaning in MEANING.items()
    ]
    data: dict[str, Any] = {
        "slug": "drawn",
        "version": "1",
        "lang": "en",
        "title": "Drawn",
        "scale": {"question": "Do you do this?", "answers": answers},
    }
    years = Years(world, plan, data, itertools.count(1))
    data["strands"] = [
        {
            "key": f"section{at}",
            "title": f"Section {at}",
            "levels": [
                {"rank": rank, "name": LEVELS[rank - 1]} for rank in range(1, len(domains[0]) + 1)
            ],
            "domains": [
                {
                    "key": f"domain{number}",
                    "title": f"Domain {at}.{number}",
                    "position": number + 1,
                    "statements": [
                        years.new(rank)
                        for rank, count in enumerate(counts, 1)
                        for _number in range(count)
                    ],
                }
                for number, counts in enumerate(domains)
            ],
        }
        for at, domains in enumerate(plan.counts)
    ]
    years.fill()
    framework_id = first_version(read_framework(json.dumps(data)), years.now)
    years.published(framework_id, [])
    _learn(years)
    sensitive = session().scalars(
        select(Statement.id).where(Statement.framework_id == framework_id, Statement.sensitive)
    )
    decisions = dict(zip(sensitive.all(), itertools.cycle(Decision), strict=False))
    reasons = dict.fromkeys((Decision.LEAVE_OUT, Decision.ASK_HR), "Personal.")
    exclusions_actions.decide(years.by("adam"), decisions, reasons, years.now)
    return years


def _learn(years: Years) -> None:
    world = years.world
    of_framework = select(Domain.id).join(Strand, Strand.id == Domain.strand_id)
    domains = session().scalars(of_framework.where(Strand.framework_id == world.framework_id)).all()
    jobs = {}
    for library, admin, name, rank in (
        ("city", "adam", "drawn", 1),
        ("other", "oda", "drawn", 1),
        ("city", "adam", "second", 2),
    ):
        highest = dict.fromkeys(domains[:1], 1) if rank == 2 else dict.fromkeys(domains, 1)
        jobs[library, name] = role_profiles_actions.create(
            years.by(admin), world.framework_id, f"Job {name}", highest, years.now
        )
    world.role_profiles["second"] = jobs["city", "second"]
    people = [world.people[name] for name in REVIEWERS]
    with transaction() as tx:
        for library in ("city", "other"):
            of_library = select(RoleProfile.id).where(
                RoleProfile.library_id == world.libraries[library]
            )
            learn = select(Membership).where(
                Membership.person_id.in_(people),
                Membership.role == Role.LEARNER,
                Membership.role_profile_id.in_(of_library),
            )
            for membership in tx.scalars(learn):
                membership.role_profile_id = jobs[library, "drawn"]
        frameworks_versions_records_moves.begin(tx, people, years.now)
    join(world, "ana", "harbour", role_profile="second")


def publish(years: Years) -> Counter[Place]:
    """The next version: its statements changed as the plan has it, decided so, and published. A
    file in which one character of a uuid is wrong is refused before. Returns how many reach or
    lose which levels by it, as the draft says."""
    year = years.plan.years[len(years.versions)]
    edges = list(_changed(years, year.fates))
    years.data["version"] = str(len(years.versions) + 1)
    wrong = deepcopy(years.data)
    first = next(_statements(wrong))
    first["from"] = [*first.get("from", ()), f"{first['uuid'][:-1]}f"]
    now = years.tick()
    with pytest.raises(Conflict, match="framework_origin_unknown"):
        import_framework(read_framework(json.dumps(wrong)), now)
    draft_id = import_framework(read_framework(json.dumps(years.data)), now).draft_id
    assert draft_id is not None
    stands = drafted(draft_id)
    assert stands is not None
    decisions = {}
    for change in stands.comparison.to_decide:
        befores = {each.uuid for each in change.before}
        carried = [
            after for before, after, carries, _part in edges if carries and before in befores
        ]
        part = f":{carried[0]}" if carried and len(change.after) > 1 else ""
        decision = VersionDecision.CARRY if carried else VersionDecision.ASK_AGAIN
        decisions[change.key] = f"{decision}{part}"
    drafts_actions.decide(None, draft_id, decisions, now)
    decided = drafted(draft_id)
    assert decided is not None
    effects = changed_levels(decided)
    years.published(drafts_actions.publish(None, draft_id, now).framework_id, edges)
    return effects.reached + effects.lost


def _statements(data: Any) -> Iterator[dict[str, Any]]:
    for strand in data["strands"]:
        for domain in strand["domains"]:
            yield from domain["statements"]


def _changed(years: Years, fates: tuple[tuple[Fate, bool], ...]) -> Iterator[Edge]:
    domains = [domain for strand in years.data["strands"] for domain in strand["domains"]]
    levels = {
        id(domain): len(strand["levels"])
        for strand in years.data["strands"]
        for domain in strand["domains"]
    }
    rows = [(domain, each) for domain in domains for each in domain["statements"]]
    back, taken = years.gone, years.replaced
    years.gone, years.replaced = [], []
    for _domain, each in rows:
        each.pop("from", None)
    for each, (_fate, carries) in zip(back, itertools.cycle(fates), strict=False):
        if not carries:
            each["text"] += " Anew."
        each["rank"] = min(each["rank"], levels[id(domains[0])])
        domains[0]["statements"].append(each)
        yield each["uuid"], each["uuid"], carries, False
    for each, (_fate, carries) in zip(taken, itertools.cycle(fates), strict=False):
        other = years.new(min(each["rank"], levels[id(domains[0])])) | {"from": [each["uuid"]]}
        domains[0]["statements"].append(other)
        yield each["uuid"], other["uuid"], carries, False
    dealt = itertools.cycle(fates)
    while rows:
        domain, each = rows.pop(0)
        (fate, carries), uuid = next(dealt), each["uuid"]
        match fate:
            case Fate.SAME:
                yield uuid, uuid, True, False
            case Fate.SPELLED | Fate.REWORDED:
                more = f" And more, in {len(years.versions)}."
                each["text"] = (
                    each["text"].swapcase() if fate is Fate.SPELLED else each["text"] + more
                )
                yield uuid, uuid, carries, False
            case Fate.MOVED:
                to = domains[(domains.index(domain) + 1) % len(domains)]
                rank = each["rank"] % levels[id(to)] + 1
                is_moved = (to is not domain) or rank != each["rank"]
                domain["statements"].remove(each)
                to["statements"].append(each)
                each["rank"] = rank
                yield uuid, uuid, carries or not is_moved, False
            case Fate.SPLIT | Fate.IN_THREE:
                parts = [each, years.new(each["rank"])]
                parts += [years.new(each["rank"])] if fate is Fate.IN_THREE else []
                each["text"] += " The first part."
                domain["statements"] += parts[1:]
                for place, part in enumerate(parts):
                    if part is not each:
                        part["from"] = [uuid]
                    yield uuid, part["uuid"], carries and place == len(rows) % len(parts), True
            case Fate.MERGED | Fate.OF_THREE if rows:
                others = [
                    rows.pop(0) for _more in range(min(len(rows), 1 + (fate is Fate.OF_THREE)))
                ]
                each["text"] += " And what goes with it."
                each["from"] = [other["uuid"] for _domain, other in others]
                for one in (uuid, *each["from"]):
                    yield one, uuid, carries, True
                for of, other in others:
                    of["statements"].remove(other)
                years.gone += [other for _domain, other in others[1:]]
            case Fate.RETIRED | Fate.REPLACED if len(domain["statements"]) > 1:
                domain["statements"].remove(each)
                (years.gone if fate is Fate.RETIRED else years.replaced).append(each)
            case _:
                yield uuid, uuid, True, False
    domains[0]["statements"].append(years.new(1))
    years.fill()


def move(years: Years, to: int, library: str = "city") -> int:
    library_id, by = years.world.libraries[library], years.by(ADMINS[library])
    return version_moves_actions.move(by, library_id, years.versions[to], years.now)


def leave_out(years: Years) -> None:
    """What the library of the city doesn't rate, of the newest version."""
    wanted = [key for place, key in enumerate(years.ids()) if place in years.year.left_out]
    if wanted:
        exclusions_actions.leave_out(years.by("adam"), wanted, "Not here.", years.now)


def have_a_round(years: Years, *, days: int) -> None:
    """From now on, of the newest version."""
    today = years.now.date()
    open_round(years.world, f"Round of {today}", today, today + days * DAY)


def keep_rounds(years: Years) -> None:
    rounds_actions.keep_all_due(years.tick())


def let_expire(years: Years) -> None:
    """What was endorsed ten months ago."""
    for months in (10, None):
        with transaction() as tx:
            tx.execute(update(Library).values(endorsement_months=months))
        if months:
            endorsements_actions.expire_due(years.tick())
