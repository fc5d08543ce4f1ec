"""What somebody finds by words, among what they may open and nothing else: statements, their own
evidence and reviews, teams and people by policy.

Names and titles are compared here, because the two databases fold letters differently, and their
words are kept as long as the process lives (docs/decisions/0056-search-in-the-process.md).
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    String,
    cast,
    false,
    func,
    literal,
    select,
    true,
)

from tracker.db import session
from tracker.frameworks.versions.rules_search import Search, TextPiece, in_lines, known, plain
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
from tracker.profiles.profile.queries import names_to_coordinators
from tracker.record.sheet.queries_learners import frameworks_of
from tracker.record.versions.queries import IS_RATED_HERE
from tracker.record.visible.queries import Reader
from tracker.reviews.queue import queries as queue_queries
from tracker.rules.core.wording import Wording


class FoundKind(StrEnum):
    """In the order in which they are shown where neither holds something better."""

    STATEMENT = "statement"
    EVIDENCE = "evidence"
    REVIEW = "review"
    PERSON = "person"
    ACCOUNT = "account"
    TEAM = "team"
    PAGE = "page"


class Findable(NamedTuple):
    """`key`: what its address needs. `text` is shown too, and `where` stands beside it; `words`
    count as its title does, and are not shown."""

    key: Any
    title: str
    text: str = ""
    where: str = ""
    lang: str = ""
    words: str = ""


class Shelf(NamedTuple):
    """All of a kind that may be found, in lines: the words of their titles, and their other words.
    What has the same key is one. `candidate` makes one of a line: of thousands only of those that
    are shown."""

    keys: Sequence[Any]
    titles: str
    texts: str
    candidate: Callable[[int], Findable]


class Hit(NamedTuple):
    key: Any
    lang: str
    title: tuple[TextPiece, ...]
    text: tuple[TextPiece, ...]
    where: Wording

    @classmethod
    def of(cls, looking: Search, one: Findable) -> "Hit":
        text = looking.excerpt(one.text)
        return cls(one.key, one.lang, looking.pieces(one.title), text, one.where)


class Found(NamedTuple):
    """`groups`: with how many are found in all. `spellings`: other words by which it was found;
    `instead`: what was typed, and the nearest word to it."""

    groups: list[tuple[FoundKind, list[Hit], int]]
    spellings: list[str]
    instead: list[tuple[str, str]]


def search(
    reader: Reader, find: str, pages: Sequence[Findable], most: Mapping[FoundKind, int]
) -> Found:
    """`most`: how many to show of each kind; what it leaves out is not looked for. The kind that
    holds the best comes first. Nine queries at most."""
    actor, today = reader.actor, reader.today
    read: dict[FoundKind, Callable[[], Shelf]] = {
        FoundKind.STATEMENT: lambda: _shelf(_statements(actor, today)),
        FoundKind.EVIDENCE: lambda: _shelf(_evidence(actor), plain),
        FoundKind.REVIEW: lambda: _shelf(_reviews(actor, today)),
        FoundKind.PERSON: lambda: _people(reader),
        FoundKind.ACCOUNT: lambda: _accounts(actor),
        FoundKind.TEAM: lambda: _shelf(_teams(actor)),
        FoundKind.PAGE: lambda: _shelf(pages),
    }
    shelves = {kind: read[kind]() for kind in most}
    titles = "".join(shelf.titles for shelf in shelves.values())
    texts = "".join(shelf.texts for shelf in shelves.values())
    looking, groups, others = Search.of(find).nearest(titles, texts), [], set[str]()
    for kind, shelf in shelves.items():
        ranks = looking.ranks(shelf.titles, shelf.texts)
        each_once = sorted({shelf.keys[line]: line for line in ranks}.values())
        if kind in (FoundKind.PERSON, FoundKind.ACCOUNT):  # the others as they are read
            each_once.sort(key=shelf.titles.split("\n").__getitem__)
        if each_once:
            best = sorted(each_once, key=ranks.__getitem__)[: most[kind]]
            hits = [Hit.of(looking, shelf.candidate(line)) for line in best]
            groups.append((ranks[best[0]], (kind, hits, len(each_once))))
            others |= looking.spellings(shelf.titles, shelf.texts, ranks)
    return Found(
        [group for _, group in sorted(groups, key=itemgetter(0))],
        [other_spelling for other_spelling in looking.other_spellings if other_spelling in others],
        [(term.instead_of, term.phrase) for term in looking.terms if term.instead_of],
    )


def _shelf(items: Sequence[Findable], fold: Callable[[str], str] = known) -> Shelf:
    """`fold`: plain, where somebody typed it for themselves: that stays nowhere."""
    return Shelf(
        range(len(items)),
        in_lines(fold(one.title) + known(one.words) for one in items),
        in_lines(fold(one.text) + known(one.where) for one in items),
        items.__getitem__,
    )


def _statements(actor: Actor, today: dt.date) -> list[Findable]:
    """Of what they learn, without what is not rated here, by id. For who is no learner those of the
    public pages of what newcomers of their library begin with, by page and code."""
    learns = frameworks_of(actor.person_id, today) if actor.learns_in else ()
    own = [framework.id for framework in learns]
    of_newcomers = (LibraryVersion.library_id == actor.library_id, is_current_of_library())
    newcomers = select(LibraryVersion.framework_id).where(*of_newcomers)
    key = (Statement.id,) if own else (Framework.slug, Framework.version, Statement.code)
    where = Domain.title + ", " + Level.name
    rows = session().execute(
        select(*key, Statement.title, Statement.text, where, Framework.lang)
        .join(Statement, Statement.framework_id == Framework.id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .where(Framework.id.in_(own or newcomers), IS_RATED_HERE if own else true())
        .order_by(Framework.slug, Strand.position, Domain.position, Statement.position),
        {"person": actor.person_id, "frameworks": own},
    )
    return [Findable(row[0] if own else row[:3], *row[-4:]) for row in rows]


def _evidence(actor: Actor) -> list[Findable]:
    """The current version of each piece, the latest change first. Of a long text the beginning: the
    list of evidence looks through all of it."""
    rows = session().execute(
        select(Evidence.id, EvidenceText.title, func.substr(EvidenceText.text, 1, 2_000))
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(Evidence.person_id == actor.person_id)
        .order_by(Evidence.changed_at.desc(), Evidence.id.desc())
    )
    return [Findable(*row) for row in rows]


def _reviews(actor: Actor, today: dt.date) -> list[Findable]:
    """By the other side's name, as the two lists of reviews have them."""
    both = (*queue_queries.inbox(actor, today), *queue_queries.mine(actor, today))
    return [Findable(one, one.who, one.team) for one in both]


def _people(reader: Reader) -> Shelf:
    """People whose profile is open to the reader, by name and job. There may be thousands."""
    actor, today = reader.actor, reader.today
    if not (actor.supervises or actor.coordinates):
        return _shelf([])
    lines = _joined(Person.name + "\t" + RoleProfile.name)
    rows = session().execute(
        select(lines, Team.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            profiles_readable(actor, today, named=names_to_coordinators(actor.library_id)),
            Person.disabled_at.is_(None),
            Person.id.not_in(reader.closed),
        )
        .group_by(Team.id, RoleProfile.id)
    )
    return _in_blocks(rows)


def _accounts(actor: Actor) -> Shelf:
    """For an administrator, everybody's account, by name and address."""
    if not actor.administrator:
        return _shelf([])
    rows = session().execute(
        select(_joined(Person.name + "\t" + Person.email), literal(""))
        .where(people_of(actor.library_id))
        .group_by(Person.id // 64)
    )
    return _in_blocks(rows)


class NameBlock(NamedTuple):
    """Names that the database joined into one text, and what stood behind a tab; both also as
    `plain` gives them, in lines."""

    ids: list[int]
    names: list[str]
    texts: list[str]
    words: str
    other_words: str


def _joined(names: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Names with their ids, as one text: to read thousands of rows takes longer than to search
    their names."""
    return func.aggregate_strings(cast(Person.id, String) + " " + names, "\n")


@lru_cache(2**11)
def _block(lines: str) -> NameBlock:
    """A text is split and folded once, as long as it stays the same."""
    parted = [line.partition(" ") for line in lines.split("\n")]
    pairs = [of.partition("\t") for _, _, of in parted]
    names, texts = [name for name, _, _ in pairs], [text for _, _, text in pairs]
    ids = [int(key) for key, _, _ in parted]
    return NameBlock(
        ids=ids,
        names=names,
        texts=texts,
        words=in_lines(map(known, names)),
        other_words=in_lines(map(known, texts)),
    )


def _in_blocks(rows: Iterable[Sequence[str]]) -> Shelf:
    """The names as the database joined them, and where each leads."""
    blocks = [(_block(lines), where) for lines, where in rows]
    ends = [*accumulate(len(block.ids) for block, _ in blocks)]

    def candidate(line: int) -> Findable:
        (ids, names, texts, *_), where = blocks[bisect_right(ends, line)]
        line -= ends[bisect_right(ends, line)]
        return Findable(ids[line], names[line], texts[line], where)

    words = (
        "".join(block.words for block, _ in blocks),
        "".join(block.other_words for block, _ in blocks),
    )
    return Shelf([one for block, _ in blocks for one in block.ids], *words, candidate)


def _teams(actor: Actor) -> list[Findable]:
    """Teams that the actor may read; for an administrator, the settings of the others."""
    readable = teams_readable(actor)
    own = Team.library_id == actor.library_id if actor.administrator else false()
    query = select(Team.id, readable, Team.name).where(Team.closed_on.is_(None), readable | own)
    rows = session().execute(query.order_by(Team.name, Team.id))
    return [Findable((key, bool(is_readable)), name) for key, is_readable, name in rows]
