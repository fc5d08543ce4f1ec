"""Which versions of frameworks are published, what each is used for, and what its statements were
in those before it.

A published version as its file.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.db import Base, session
from tracker.frameworks.changes.rules import KnownBefore, Origins, VersionComparison, compare
from tracker.frameworks.changes.rules_places import PlacedStatement, placed
from tracker.frameworks.files.rules import (
    AnchorGroup,
    DomainInFile,
    FrameworkFile,
    LevelInFile,
    ScaleAnswerInFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Anchor,
    Citation,
    Domain,
    Endorsement,
    EvidenceLink,
    Framework,
    Level,
    LevelException,
    Library,
    LibraryVersion,
    NotRatedHere,
    PersonVersion,
    PlannedMove,
    Rating,
    RatingEntry,
    RevealedAnswer,
    ReviewItem,
    RoundFramework,
    ScaleAnswer,
    SensitiveDecision,
    Skill,
    SkillOrigin,
    Source,
    Statement,
    Strand,
)
from tracker.models.record.versions import is_current, is_current_of_library, target_keys
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Published:
    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    statements: int
    status: VersionStatus
    occupation: Wording


OFFERED, SHOWN = (VersionStatus.OFFERED,), (VersionStatus.OFFERED, VersionStatus.HIDDEN)
"""What everybody may choose, and what those see beside who look after frameworks."""


def published(
    statuses: Collection[VersionStatus] = OFFERED, slug: str | None = None
) -> tuple[Published, ...]:
    """By title, the newest version of each framework first."""
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    query = select(
        Framework.id,
        Framework.slug,
        Framework.version,
        Framework.title,
        Framework.lang,
        Framework.published_at,
        statements.label("statements"),
        Framework.status,
        Framework.about["occupation"].label("occupation"),
    )
    order = (Framework.title, Framework.slug, Framework.published_at.desc(), Framework.id.desc())
    query = query.where(Framework.status.in_(statuses)).order_by(*order)
    if slug is not None:
        query = query.where(Framework.slug == slug)
    return tuple(
        Published(**{**row._mapping, "occupation": _named(row.occupation)})
        for row in session().execute(query)
    )


def _named(occupation: dict[str, str] | None) -> str:
    return f"{occupation['system']} {occupation['code']}" if occupation else ""


def labels_of(answer: str) -> list[tuple[str, str]]:
    """What the scales of the frameworks that are offered call it, and in which language, each
    once."""
    query = (
        select(ScaleAnswer.label, Framework.lang)
        .join(Framework, Framework.id == ScaleAnswer.framework_id)
        .where(ScaleAnswer.key == answer, Framework.status == VersionStatus.OFFERED)
        .distinct()
    )
    return sorted((row.label, row.lang) for row in session().execute(query))


SAID = (Rating, RatingEntry, RevealedAnswer, ReviewItem, Endorsement, LevelException, EvidenceLink)
"""What names the wording that it was said of."""


def version_use(framework_id: int) -> Row[int, int, int, int, bool]:
    """`people` who are on it, `libraries` whose newcomers begin with it, `rounds` that are for it,
    `planned` moves to it. `is_spoken_of`: something was rated, reviewed, or linked in
    its wording, or decided by a library about a statement that it alone has. While any of it is so,
    it can't be withdrawn. One query."""
    own = select(Statement.id).where(Statement.framework_id == framework_id)
    alone = skills_alone(framework_id)
    # What names a wording of this version, whatever its skill is now; and what libraries decided
    # about skills that it alone has, where somebody did.
    spoken_of = union_all(
        *(select(of.skill_id).where(of.statement_id.in_(own)) for of in SAID),
        select(NotRatedHere.skill_id).where(
            NotRatedHere.skill_id.in_(alone), NotRatedHere.set_by_id.is_not(None)
        ),
        select(SensitiveDecision.skill_id).where(SensitiveDecision.skill_id.in_(alone)),
    )
    people = select(func.count(PersonVersion.person_id.distinct())).where(
        PersonVersion.framework_id == framework_id, is_current()
    )
    libraries = select(func.count(LibraryVersion.library_id.distinct())).where(
        LibraryVersion.framework_id == framework_id, is_current_of_library()
    )
    rounds = select(func.count()).where(RoundFramework.framework_id == framework_id)
    planned = select(func.count()).where(PlannedMove.framework_id == framework_id)
    use = select(
        people.scalar_subquery().label("people"),
        libraries.scalar_subquery().label("libraries"),
        rounds.scalar_subquery().label("rounds"),
        planned.scalar_subquery().label("planned"),
        exists(spoken_of).label("is_spoken_of"),
    )
    return session().execute(use).one()


def awaiting(framework_ids: Collection[int]) -> Row[str, str] | None:
    """The `library` and `version` of a move that is planned to one of these. One query."""
    query = (
        select(Library.name.label("library"), Framework.version)
        .select_from(PlannedMove)
        .join(Library, Library.id == PlannedMove.library_id)
        .join(Framework, Framework.id == PlannedMove.framework_id)
        .where(Framework.id.in_(framework_ids))
        .order_by(PlannedMove.planned_at, Library.id)
    )
    return session().execute(query).first()


def skills_alone(framework_id: int, *, sensitive: bool = False) -> Select[int]:
    """The version's skills that no other version has, or that no other has as `sensitive` ones."""
    other, of = aliased(Statement), aliased(Framework)
    elsewhere = (
        select(other.id)
        .join(of, of.id == other.framework_id)
        .where(
            other.skill_id == Statement.skill_id,
            other.framework_id != framework_id,
            of.status != VersionStatus.WITHDRAWN,
        )
    )
    own = select(Statement.skill_id).where(Statement.framework_id == framework_id)
    if sensitive:
        own, elsewhere = own.where(Statement.sensitive), elsewhere.where(other.sensitive)
    return own.where(~exists(elsewhere.correlate_except(other, of)))


def origins_of(framework_id: int, before_id: int | None = None) -> Origins:
    """Of each statement of a version the uuids of those whose place it took, as they were called
    last before it, or in `before_id` and before. Two queries."""
    known = known_until(before_id or framework_id, itself=before_id is not None)
    last = {row.skill_id: row.uuid for row in known}
    rows = session().execute(
        select(Statement.uuid, Statement.skill_id, SkillOrigin.line, SkillOrigin.origin_id)
        .outerjoin(SkillOrigin, SkillOrigin.skill_id == Statement.skill_id)
        .where(Statement.framework_id == framework_id)
        .order_by(Statement.position, SkillOrigin.line, SkillOrigin.steps)
    )
    origins: dict[str, list[str]] = {}
    for (uuid, skill_id, _line), line in groupby(rows, lambda row: row[:3]):
        uuids = origins.setdefault(uuid, [])
        skills = skill_id, *(row.origin_id for row in line)
        nearest = [last[skill] for skill in skills if skill in last][:1]
        uuids += [uuid for uuid in nearest if uuid not in uuids]
    return origins


def skills_named(framework_id: int) -> dict[str, int]:
    """By each uuid that the version or one before it had, the newest skill that it named. One
    query."""
    return {row.uuid: row.skill_id for row in known_until(framework_id)}


def known_until(framework_id: int, *, itself: bool = True) -> Sequence[Row[str, int, int]]:
    """The statements of the version, unless they are those before `itself`, and of the earlier ones
    that were not withdrawn, the oldest first: uuid, skill, and version. One query."""
    this = aliased(Framework)
    until = and_(Framework.id < this.id, Framework.status != VersionStatus.WITHDRAWN)
    if itself:
        until = or_(until, Framework.id == this.id)
    return (
        session()
        .execute(
            select(Statement.uuid, Statement.skill_id, Statement.framework_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .join(this, this.slug == Framework.slug)
            .where(this.id == framework_id, until)
            .order_by(Statement.framework_id, Statement.position)
        )
        .all()
    )


def lines(from_id: int, to_id: int) -> Sequence[Any]:
    """What becomes of each statement, in the order of the other version: `before_id` and `after_id`
    of one skill (`same`), or one was made of the other; and whether what was said of the first
    `carries` to the second. One query."""
    before, after = aliased(Statement), aliased(Statement)
    of = before.id.label("before_id"), after.id.label("after_id")
    order = after.position.label("after_at"), before.position.label("before_at")
    yes, no = true().label("carries"), false().label("same")
    are_there = before.framework_id == from_id, after.framework_id == to_id
    same = select(*of, yes, true().label("same"), *order).join(
        after, after.skill_id == before.skill_id
    )
    onward = (
        select(*of, SkillOrigin.carries, no, *order)
        .join(SkillOrigin, SkillOrigin.origin_id == before.skill_id)
        .join(after, after.skill_id == SkillOrigin.skill_id)
    )
    back = (
        select(*of, false().label("carries"), no, *order)
        .join(SkillOrigin, SkillOrigin.skill_id == before.skill_id)
        .join(after, after.skill_id == SkillOrigin.origin_id)
    )
    ways = (query.where(*are_there) for query in (same, onward, back))
    return session().execute(union_all(*ways).order_by("after_at", "before_at")).all()


InFile = TypeVar(
    "InFile",
    ScaleAnswerInFile,
    SourceInFile,
    StrandInFile,
    LevelInFile,
    DomainInFile,
    StatementInFile,
)
InOrder = TypeVar("InOrder", ScaleAnswer, Source, Strand, Statement)
InStrands = TypeVar("InStrands", Level, Domain)


def file_of(framework_id: int, *, with_origins: bool = True) -> FrameworkFile:
    """Eleven queries, nine without what its statements came from."""
    framework = session().get_one(Framework, framework_id)
    about = dict(framework.about)
    in_source = about.pop("in_source", {})
    origins = origins_of(framework_id) if with_origins else {}
    return FrameworkFile(
        slug=framework.slug,
        version=framework.version,
        lang=framework.lang,
        title=framework.title,
        scale=tuple(
            _made_of(ScaleAnswerInFile, row, counts_as=row.counts_as.value)
            for row in _in_order(ScaleAnswer, framework_id)
        ),
        sources=tuple(
            _made_of(SourceInFile, row, licence=row.licence or None)
            for row in _in_order(Source, framework_id)
        ),
        strands=_strands(framework_id, in_source, origins),
        anchors=_anchors(framework_id, about.get("anchors", {}).get("kinds", {})),
        about=about,
        rule=framework.rule,
    )


def _made_of(kind: type[InFile], row: Base, **others: Any) -> InFile:
    """A part of a file: what the row has under the same names, and the others."""
    own = {part.name for part in fields(kind)} - others.keys()
    return kind(**{name: getattr(row, name) for name in own}, **others)


def _in_order(model: type[InOrder], framework_id: int) -> Iterable[InOrder]:
    """All parts of one kind that the version has, in order."""
    of_it = select(model).where(model.framework_id == framework_id)
    return session().scalars(of_it.order_by(model.position))


def past_of(framework_id: int) -> KnownBefore:
    """What that version and all before it know. Two queries, and eleven for each earlier version
    with statements that are there no more."""
    known = known_until(framework_id)
    last = {row.skill_id: row for row in known}
    key_of = {row.skill_id: row.uuid for row in last.values() if row.framework_id == framework_id}
    gone: dict[str, PlacedStatement] = {}
    for framework in sorted({row.framework_id for row in known} - {framework_id}, reverse=True):
        lost = [row for row in last.values() if row.framework_id == framework]
        in_version = placed(file_of(framework)) if lost else {}
        for row in lost:
            if row.uuid not in key_of.values():
                key_of[row.skill_id], gone[row.uuid] = row.uuid, in_version[row.uuid]
    names = defaultdict[int, set[str]](set)
    for row in known:
        names[row.skill_id].add(row.uuid)
    made_of = defaultdict[int, set[str]](set)
    origins = (
        select(SkillOrigin.skill_id, SkillOrigin.origin_id)
        .join(Skill, Skill.id == SkillOrigin.skill_id)
        .join(Framework, Framework.slug == Skill.slug)
        .where(Framework.id == framework_id)
    )
    for skill, origin in session().execute(origins):
        made_of[skill] |= names[origin]
    named = {row.uuid: row.skill_id for row in known}
    return KnownBefore(
        {uuid: key_of[skill] for uuid, skill in named.items() if skill in key_of},
        gone,
        {uuid: made_of[skill] for uuid, skill in named.items()},
    )


@dataclass(frozen=True, slots=True)
class IdsElsewhere:
    """The uuids of a file that another framework has, which is called so in its newest version."""

    slug: str
    title: Wording
    lang: str
    uuids: set[str]


def ids_elsewhere(file: FrameworkFile) -> list[IdsElsewhere]:
    """A uuid names skills of one framework: by other frameworks, those that they have and no
    earlier version of this one. Two queries."""
    listed = (
        select(Framework.slug, Framework.title, Framework.lang, Statement.uuid)
        .join(Statement, Statement.framework_id == Framework.id)
        .where(Framework.status != VersionStatus.WITHDRAWN)
        .order_by(Framework.id)
    )
    own = {row.uuid for row in session().execute(listed.where(Framework.slug == file.slug))}
    uuids = placed(file).keys() - own
    others = listed.where(Framework.slug != file.slug, Statement.uuid.in_(uuids))
    rows = session().execute(others).all() if uuids else []
    newest = {row.slug: row for row in rows}
    return [
        IdsElsewhere(slug, row.title, row.lang, {one.uuid for one in rows if one.slug == slug})
        for slug, row in newest.items()
    ]


def known_uuids(slug: str, version: str) -> Collection[str]:
    """The uuids that the framework had in any version; none where this version is published. One
    query."""
    query = (
        select(Framework.version, Statement.uuid)
        .join(Statement, Statement.framework_id == Framework.id)
        .where(Framework.slug == slug)
    )
    rows = session().execute(query).all()
    is_there = any(row.version == version for row in rows)
    return () if is_there else {row.uuid for row in rows}


def between(before_id: int, after_id: int) -> VersionComparison:
    """What changed from a published version to a later one, as it was published."""
    origins, past = origins_of(after_id, before_id), past_of(before_id)
    before = {first: key for key, first in first_keys(before_id).items()}
    after = first_keys(after_id).items()
    went_on = {key: before[first] for key, first in after if before.get(first, key) != key}
    return compare(file_of(before_id), file_of(after_id), origins, past, went_on)


def first_keys(framework_id: int) -> dict[str, tuple[str, str]]:
    """By domain, as "section/domain", the keys under which targets in it are kept."""
    rows = session().execute(
        select(Strand.key + "/" + Domain.key, *target_keys())
        .join(Domain, Domain.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
    )
    return {key: (strand, domain) for key, strand, domain in rows}


def _strands(
    framework_id: int, in_source: Mapping[str, Mapping[str, str]], origins: Origins
) -> tuple[StrandInFile, ...]:
    levels = _in_strands(Level, Level.rank, framework_id)
    domains = _in_strands(Domain, Domain.position, framework_id)
    statements = _statements(framework_id, origins)
    return tuple(
        _made_of(
            StrandInFile,
            strand,
            **{"join": "", "end": "", **in_source.get(strand.key, {})},
            levels=tuple(_made_of(LevelInFile, row) for row in levels[strand.id]),
            domains=tuple(
                _made_of(DomainInFile, row, statements=tuple(statements[row.id]))
                for row in domains[strand.id]
            ),
        )
        for strand in _in_order(Strand, framework_id)
    )


def _in_strands(
    model: type[InStrands], order: InstrumentedAttribute[int], framework_id: int
) -> Mapping[int, list[InStrands]]:
    """All levels or domains of the version by section, in order."""
    rows = session().scalars(
        select(model)
        .join(Strand, Strand.id == model.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(order)
    )
    by_strand: dict[int, list[InStrands]] = defaultdict(list)
    for row in rows:
        by_strand[row.strand_id].append(row)
    return by_strand


def _statements(framework_id: int, origins: Origins) -> Mapping[int, list[StatementInFile]]:
    """By domain, in order."""
    cited: dict[int, list[str]] = defaultdict(list)
    for statement_id, key in session().execute(
        select(Citation.statement_id, Source.key)
        .join(Source, Source.id == Citation.source_id)
        .where(Source.framework_id == framework_id)
        .order_by(Citation.statement_id, Citation.position)
    ):
        cited[statement_id].append(key)
    by_domain: dict[int, list[StatementInFile]] = defaultdict(list)
    for row in _in_order(Statement, framework_id):
        came_from = tuple(origins.get(row.uuid, ()))
        by_domain[row.domain_id].append(
            _made_of(
                StatementInFile,
                row,
                citations=tuple(cited[row.id]),
                came_from=() if came_from == (row.uuid,) else came_from,
            )
        )
    return by_domain


def _anchors(framework_id: int, kinds: Mapping[str, str]) -> tuple[AnchorGroup, ...]:
    items: dict[str, list[str]] = {kind: [] for kind in kinds}
    for anchor in session().scalars(
        select(Anchor)
        .where(Anchor.framework_id == framework_id)
        .order_by(Anchor.kind, Anchor.position)
    ):
        items.setdefault(anchor.kind, []).append(anchor.text)
    return tuple(
        AnchorGroup(kind, kinds.get(kind, kind), tuple(texts)) for kind, texts in items.items()
    )
