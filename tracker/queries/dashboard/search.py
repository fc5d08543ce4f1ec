"""What somebody finds by words, among what they may open and nothing else: statements of what they
learn, or of what their library begins with; their own evidence; reviews of theirs; teams and people
by policy.

Names and titles are compared here, because the two databases fold letters differently, and their
words are kept as long as the process lives (docs/decisions/0056-search-in-the-process.md).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import false, func, select

from tracker.db import session
from tracker.models import (
    Domain,
    Evidence,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Level,
    LibraryVersion,
    Membership,
    Person,
    RoleProfile,
    Statement,
    Strand,
    Team,
)
from tracker.models.joins import current_version, level_of_statement
from tracker.models.record.versions import is_current_of_library
from tracker.policy.permissions import Actor, people_of, profiles_readable, teams_readable
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.frameworks import statement_choices
from tracker.queries.profiles.profiles import names_to_coordinators
from tracker.queries.reviews import queues
from tracker.rules.frameworks.wording import Wording
from tracker.rules.search import Piece, Search, known, plain

EVIDENCE_LETTERS = 2_000
"""So much of each text is looked through: the list of evidence looks through all of it."""


class Kind(StrEnum):
    """In the order in which they are shown."""

    STATEMENT = "statement"
    EVIDENCE = "evidence"
    REVIEW = "review"
    PERSON = "person"
    TEAM = "team"
    PAGE = "page"


class Candidate(NamedTuple):
    """`key`: what its address needs. `text`: what is looked through besides the title, and shown;
    `where` stands beside it, and is looked through but for people, who are not found by team."""

    key: Any
    title: str
    text: str = ""
    where: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    kind: Kind
    key: Any
    lang: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    where: Wording


@dataclass(frozen=True, slots=True)
class HitGroup:
    kind: Kind
    hits: list[Hit]
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """`spellings`: other words by which it was found; `instead`: what was typed, and the nearest
    word to it."""

    groups: list[HitGroup]
    spellings: list[str]
    instead: list[tuple[str, str]]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


def search(
    actor: Actor,
    find: str,
    today: dt.date,
    blind: BlindSpots,
    pages: Sequence[Candidate],
    most: Mapping[Kind, int],
) -> Found:
    """`most`: how many to show of each kind; what it leaves out is not looked for. Eight queries at
    most, whatever there is."""
    read: dict[Kind, Callable[[], Iterable[Candidate]]] = {
        Kind.STATEMENT: lambda: _statements(actor, today),
        Kind.EVIDENCE: lambda: _evidence(actor),
        Kind.REVIEW: lambda: _reviews(actor, today),
        Kind.PERSON: lambda: _people(actor, today, blind),
        Kind.TEAM: lambda: _teams(actor),
        Kind.PAGE: lambda: pages,
    }
    rows = [(kind, one, *_plain(kind, one)) for kind in most for one in read[kind]()]
    looking = Search.of(find).among([title + text for _, _, title, text in rows])
    ranked: dict[Kind, list[tuple[int, Candidate, str]]] = {kind: [] for kind in most}
    for kind, one, title, text in rows if looking.terms else ():
        rank = looking.rank(title, text)
        if rank is not None:
            ranked[kind].append((rank, one, title + text))
    groups = []
    for kind, all_of in ranked.items():
        best = sorted(all_of, key=lambda each: each[0])[: most[kind]]
        hits = [_hit(looking, kind, one) for _, one, _ in best]
        groups += [HitGroup(kind, hits, len(all_of))] if hits else []
    return Found(
        groups,
        looking.spellings(said for all_of in ranked.values() for _, _, said in all_of),
        [(term.instead_of, term.said) for term in looking.terms if term.instead_of],
    )


def _plain(kind: Kind, one: Candidate) -> tuple[str, str]:
    """What somebody typed for themselves stays nowhere."""
    fold = plain if kind is Kind.EVIDENCE else known
    where = "" if kind is Kind.PERSON else known(one.where)
    return fold(one.title), fold(one.text) + where


def _hit(looking: Search, kind: Kind, one: Candidate) -> Hit:
    return Hit(
        kind, one.key, one.lang, looking.pieces(one.title), looking.excerpt(one.text), one.where
    )


def _statements(actor: Actor, today: dt.date) -> list[Candidate]:
    """Of what they learn, without what is not rated here, by id. For who is no learner those of the
    public pages of what newcomers of their library begin with, by page and code."""
    own = [
        Candidate(one.id, one.title, one.text, f"{group.title}, {one.level}", group.lang)
        for group in statement_choices.statements(actor.person_id, today)
        for one in group.choices
    ]
    if own or actor.learns_in:
        return own
    rows = session().execute(
        select(
            Framework.slug,
            Framework.version,
            Framework.lang,
            Statement.code,
            Statement.title,
            Statement.text,
            Domain.title.label("domain"),
            Level.name,
        )
        .join(Statement, Statement.framework_id == Framework.id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .join(LibraryVersion, LibraryVersion.framework_id == Framework.id)
        .where(LibraryVersion.library_id == actor.library_id, is_current_of_library())
        .order_by(Framework.slug, Strand.position, Domain.position, Statement.position)
    )
    return [
        Candidate(
            (row.slug, row.version, row.code),
            row.title,
            row.text,
            f"{row.domain}, {row.name}",
            row.lang,
        )
        for row in rows
    ]


def _evidence(actor: Actor) -> Iterable[Candidate]:
    """The current version of each piece, the latest change first."""
    rows = session().execute(
        select(Evidence.id, EvidenceText.title, func.substr(EvidenceText.text, 1, EVIDENCE_LETTERS))
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(Evidence.person_id == actor.person_id)
        .order_by(Evidence.changed_at.desc(), Evidence.id.desc())
    )
    return [Candidate(*row) for row in rows]


def _reviews(actor: Actor, today: dt.date) -> Iterator[Candidate]:
    """By the other side's name, as the two lists of reviews have them."""
    for one in (*queues.inbox(actor, today), *queues.mine(actor, today)):
        yield Candidate(one, one.who, one.team)


def _people(actor: Actor, today: dt.date, blind: BlindSpots) -> list[Candidate]:
    """Whose profile is open to them, by id and job; then, for an administrator, everybody's
    account, by id alone."""
    found: dict[int, Candidate] = {}
    if actor.supervises or actor.coordinates:
        named = names_to_coordinators(actor.library_id)
        rows = session().execute(
            select(Person.id, Person.name, RoleProfile.name, Team.name)
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .where(profiles_readable(actor, today, named=named), Person.disabled_at.is_(None))
            .order_by(Person.name, Person.id, Membership.id)
        )
        for person_id, name, job, team in rows:
            if person_id not in blind.closed:
                found[person_id] = Candidate((person_id, True), name, job, team)
    if actor.administrator:
        accounts = session().execute(
            select(Person.id, Person.name, Person.email)
            .where(people_of(actor.library_id))
            .order_by(Person.name, Person.id)
        )
        for person_id, name, email in accounts:
            found.setdefault(person_id, Candidate((person_id, False), name, email))
    return list(found.values())


def _teams(actor: Actor) -> list[Candidate]:
    """Those that they may read; for an administrator, the settings of the others."""
    readable = teams_readable(actor)
    own = Team.library_id == actor.library_id if actor.administrator else false()
    rows = session().execute(
        select(Team.id, readable.label("is_readable"), Team.name)
        .where(Team.closed_on.is_(None), readable | own)
        .order_by(Team.name, Team.id)
    )
    return [Candidate((row.id, bool(row.is_readable)), row.name) for row in rows]
