"""What somebody finds by words, among what they may open and nothing else: statements of what they
learn, or of what their library begins with; their own evidence; reviews of theirs; teams and people
by policy.

Names and titles are compared here, because the two databases fold letters differently, and their
words are kept as long as the process lives (docs/decisions/0056-search-in-the-process.md).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
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
from tracker.rules.frameworks.search import Search, TextPiece, known, plain
from tracker.rules.frameworks.wording import Wording

EVIDENCE_LETTERS = 2_000
"""So much of each text is looked through: the list of evidence looks through all of it."""


class FoundKind(StrEnum):
    """In the order in which they are shown."""

    STATEMENT = "statement"
    EVIDENCE = "evidence"
    REVIEW = "review"
    PERSON = "person"
    ACCOUNT = "account"
    TEAM = "team"
    PAGE = "page"


BY_NAME = (FoundKind.PERSON, FoundKind.ACCOUNT)
"""Of equals, these come by name; the others in the order in which they are read."""


class Findable(NamedTuple):
    """`key`: what its address needs. `text` is shown too, and `where` stands beside it."""

    key: Any
    title: str
    text: str = ""
    where: str = ""
    lang: str = ""


class Shelf(NamedTuple):
    """All of a kind that may be found, with the words of each, of its title and besides.
    `candidate` makes one of a row: of thousands only of those that are found."""

    rows: Sequence[Any]
    words: list[tuple[str, str]]
    candidate: Callable[[Any], Findable]


@dataclass(frozen=True, slots=True)
class Hit:
    kind: FoundKind
    key: Any
    lang: str
    title: tuple[TextPiece, ...]
    text: tuple[TextPiece, ...]
    where: Wording


@dataclass(frozen=True, slots=True)
class HitGroup:
    kind: FoundKind
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
    pages: Sequence[Findable],
    most: Mapping[FoundKind, int],
) -> Found:
    """`most`: how many to show of each kind; what it leaves out is not looked for. Eight queries at
    most, whatever there is."""
    read: dict[FoundKind, Callable[[], Shelf]] = {
        FoundKind.STATEMENT: lambda: _shelf(_statements(actor, today)),
        FoundKind.EVIDENCE: lambda: _shelf(_evidence(actor), plain),
        FoundKind.REVIEW: lambda: _shelf(_reviews(actor, today)),
        FoundKind.PERSON: lambda: _people(actor, today, blind),
        FoundKind.ACCOUNT: lambda: _accounts(actor),
        FoundKind.TEAM: lambda: _shelf(_teams(actor)),
        FoundKind.PAGE: lambda: _shelf(pages),
    }
    shelves = {kind: read[kind]() for kind in most}
    texts = [title + text for shelf in shelves.values() for title, text in shelf.words]
    looking, places = Search.of(find).among(texts)
    groups, begins = [], 0
    for kind, shelf in shelves.items():
        ends = begins + len(shelf.rows)
        here = [at - begins for at in places if begins <= at < ends]
        begins = ends
        if here:
            words = shelf.words
            if kind in BY_NAME:
                here.sort(key=words.__getitem__)
            ranks = {at: looking.rank(*words[at]) for at in here}
            here.sort(key=ranks.__getitem__)
            best = [
                _hit(looking, kind, shelf.candidate(shelf.rows[at])) for at in here[: most[kind]]
            ]
            groups.append(HitGroup(kind, best, len(here)))
    return Found(
        groups,
        looking.spellings(texts[at] for at in places),
        [(term.instead_of, term.said) for term in looking.terms if term.instead_of],
    )


def _shelf(found: Sequence[Findable], fold: Callable[[str], str] = known) -> Shelf:
    """`fold`: plain, where somebody typed it for themselves: that stays nowhere."""
    words = [(fold(one.title), fold(one.text) + known(one.where)) for one in found]
    return Shelf(found, words, lambda one: one)


def _hit(looking: Search, kind: FoundKind, one: Findable) -> Hit:
    return Hit(
        kind, one.key, one.lang, looking.pieces(one.title), looking.excerpt(one.text), one.where
    )


def _statements(actor: Actor, today: dt.date) -> list[Findable]:
    """Of what they learn, without what is not rated here, by id. For who is no learner those of the
    public pages of what newcomers of their library begin with, by page and code."""
    own = [
        Findable(one.id, one.title, one.text, f"{group.title}, {one.level}", group.lang)
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
        Findable(
            (row.slug, row.version, row.code),
            row.title,
            row.text,
            f"{row.domain}, {row.name}",
            row.lang,
        )
        for row in rows
    ]


def _evidence(actor: Actor) -> list[Findable]:
    """The current version of each piece, the latest change first."""
    rows = session().execute(
        select(Evidence.id, EvidenceText.title, func.substr(EvidenceText.text, 1, EVIDENCE_LETTERS))
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(Evidence.person_id == actor.person_id)
        .order_by(Evidence.changed_at.desc(), Evidence.id.desc())
    )
    return [Findable(*row) for row in rows]


def _reviews(actor: Actor, today: dt.date) -> list[Findable]:
    """By the other side's name, as the two lists of reviews have them."""
    every = (*queues.inbox(actor, today), *queues.mine(actor, today))
    return [Findable(one, one.who, one.team) for one in every]


def _people(actor: Actor, today: dt.date, blind: BlindSpots) -> Shelf:
    """Whose profile is open to them, by name and job. There may be thousands."""
    if not (actor.supervises or actor.coordinates):
        return _shelf([])
    named = names_to_coordinators(actor.library_id)
    rows = (
        session()
        .connection()
        .execute(
            select(Person.id, Person.name, Membership.role_profile_id, Membership.team_id)
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .where(profiles_readable(actor, today, named=named), Person.disabled_at.is_(None))
        )
    )
    by_id = {row[0]: row for row in rows.all()}
    for person_id in blind.closed:
        by_id.pop(person_id, None)
    people = list(by_id.values())
    jobs, teams = _names_of(RoleProfile, actor), _names_of(Team, actor)
    plain_jobs: dict[int | None, str] = {key: known(name) for key, name in jobs.items()}
    return Shelf(
        people,
        [(known(row[1]), plain_jobs[row[2]]) for row in people],
        lambda row: Findable(row[0], row[1], jobs[row[2]], teams[row[3]]),
    )


def _accounts(actor: Actor) -> Shelf:
    """For an administrator everybody's, by name and address."""
    if not actor.administrator:
        return _shelf([])
    rows = (
        session()
        .connection()
        .execute(
            select(Person.id, Person.name, Person.email)
            .where(people_of(actor.library_id))
            .order_by(Person.name, Person.id)
        )
    )
    people = rows.all()
    words = [(known(row[1]), known(row[2])) for row in people]
    return Shelf(people, words, lambda row: Findable(*row))


def _names_of(of: type[RoleProfile] | type[Team], actor: Actor) -> dict[int, str]:
    query = select(of.id, of.name).where(of.library_id == actor.library_id)
    return dict(session().execute(query).all())


def _teams(actor: Actor) -> list[Findable]:
    """Those that they may read; for an administrator, the settings of the others."""
    readable = teams_readable(actor)
    own = Team.library_id == actor.library_id if actor.administrator else false()
    rows = session().execute(
        select(Team.id, readable.label("is_readable"), Team.name)
        .where(Team.closed_on.is_(None), readable | own)
        .order_by(Team.name, Team.id)
    )
    return [Findable((row.id, bool(row.is_readable)), row.name) for row in rows]
