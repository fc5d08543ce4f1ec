"""What somebody finds by words, among what they may open and nothing else: statements, their own
evidence and reviews, teams and people by policy.

Names and titles are compared here, because the two databases fold letters differently, and their
words are kept as long as the process lives (docs/decisions/0056-search-in-the-process.md).
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
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
from tracker.queries.dashboard.name_blocks import block, joined
from tracker.queries.frameworks import statement_choices
from tracker.queries.profiles.profiles import names_to_coordinators
from tracker.queries.reviews import queues
from tracker.rules.frameworks.search import Search, TextPiece, in_lines, known, plain
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
    """All of a kind that may be found, in lines: the words of their titles, and their other words.
    What has the same key is one. `candidate` makes one of a line: of thousands only of those that
    are shown."""

    keys: Sequence[Any]
    titles: str
    texts: str
    candidate: Callable[[int], Findable]


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
    titles = "".join(shelf.titles for shelf in shelves.values())
    texts = "".join(shelf.texts for shelf in shelves.values())
    looking = Search.of(find).nearest(titles + texts)
    ranks = looking.ranks(titles, texts)
    lines, groups, begins = [*ranks], [], 0
    for kind, shelf in shelves.items():
        ends = begins + len(shelf.keys)
        here = lines[bisect_left(lines, begins) : bisect_left(lines, ends)]
        each_once = sorted({shelf.keys[line - begins]: line for line in here}.values())
        if each_once:
            if kind in BY_NAME:
                names = shelf.titles.split("\n")
                each_once.sort(key=lambda line: names[line - begins])
            best = sorted(each_once, key=ranks.__getitem__)[: most[kind]]
            hits = [_hit(looking, kind, shelf.candidate(line - begins)) for line in best]
            groups.append(HitGroup(kind, hits, len(each_once)))
        begins = ends
    return Found(
        groups,
        looking.spellings(titles, texts, lines),
        [(term.instead_of, term.said) for term in looking.terms if term.instead_of],
    )


def _shelf(found: Sequence[Findable], fold: Callable[[str], str] = known) -> Shelf:
    """`fold`: plain, where somebody typed it for themselves: that stays nowhere."""
    return Shelf(
        range(len(found)),
        in_lines(fold(one.title) for one in found),
        in_lines(fold(one.text) + known(one.where) for one in found),
        found.__getitem__,
    )


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
    places = session().execute(
        select(Membership.team_id, Membership.role_profile_id, joined(Person.name))
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            profiles_readable(actor, today, named=named),
            Person.disabled_at.is_(None),
            Person.id.not_in(blind.closed),
        )
        .group_by(Membership.team_id, Membership.role_profile_id)
    )
    jobs, teams = _names_of(RoleProfile, actor), _names_of(Team, actor)
    blocks = [(block(names), jobs[job], teams[team]) for team, job, names in places.all()]
    ends = [*accumulate(len(each.ids) for each, _, _ in blocks)]

    def candidate(line: int) -> Findable:
        at = bisect_right(ends, line)
        each, job, team = blocks[at]
        return Findable(each.ids[line - ends[at]], each.names[line - ends[at]], job, team)

    return Shelf(
        [person_id for each, _, _ in blocks for person_id in each.ids],
        "".join(each.words for each, _, _ in blocks),
        "".join(f"{known(job)}\n" * len(each.ids) for each, job, _ in blocks),
        candidate,
    )


def _accounts(actor: Actor) -> Shelf:
    """For an administrator everybody's, by name and address."""
    if not actor.administrator:
        return _shelf([])
    rows = session().execute(
        select(joined(Person.name), joined(Person.email))
        .where(people_of(actor.library_id))
        .group_by(Person.id // 64)
    )
    blocks = [(block(names), block(emails)) for names, emails in rows]
    ids = [person_id for each, _ in blocks for person_id in each.ids]
    said = [both for name, mail in blocks for both in zip(name.names, mail.names, strict=True)]
    return Shelf(
        ids,
        "".join(each.words for each, _ in blocks),
        "".join(each.words for _, each in blocks),
        lambda line: Findable(ids[line], *said[line]),
    )


def _names_of(of: type[RoleProfile] | type[Team], actor: Actor) -> dict[int | None, str]:
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
