"""The only writer of published versions and of their status, and of skills and what they are made
of. A version that is there is never edited, but for where its sources are found."""

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, insert, select, text
from sqlalchemy.orm import Session

from tracker.db import Base
from tracker.frameworks.exclusions import records as frameworks_exclusions_records
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.queries import SHOWN
from tracker.frameworks.versions.rules import Change, Meaning, VersionStatus
from tracker.models import (
    Anchor,
    Citation,
    Domain,
    Framework,
    FrameworkDraft,
    Level,
    ScaleAnswer,
    Skill,
    SkillOrigin,
    Source,
    Statement,
    Strand,
)
from tracker.models.columns import table_of
from tracker.models.record.skills import lineage_of
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.row_locks import held
from tracker.rules.core import seals as seals_rules
from tracker.rules.errors import Conflict


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What a statement of a new version is made of: skills, and whether what was said of them
    counts for it. `is_newly_sensitive`: none of them was marked so before."""

    skills: tuple[int, ...]
    change: Change
    carries: bool
    is_newly_sensitive: bool = False

    @property
    def same_skill(self) -> int | None:
        """The skill that it goes on as, unless it is rated again or is a part of one. What waits
        for a library's decision is a new skill: whoever is on an earlier version rates the old one
        as before."""
        is_part = self.change in (Change.SPLIT, Change.MERGED)
        goes_on = self.carries and not is_part and not self.is_newly_sensitive
        return self.skills[0] if goes_on else None


NONE: Mapping[str, Ancestry] = {}


def skills_for(
    tx: Session, slug: str, uuids: Collection[str], ancestries: Mapping[str, Ancestry]
) -> dict[str, int]:
    """By uuid the skill of each statement of a version that is being published, made where it is a
    new one."""
    same = {uuid: ancestry.same_skill for uuid, ancestry in ancestries.items()}
    new = [uuid for uuid in uuids if same.get(uuid) is None]
    made = [Skill(slug=slug) for _uuid in new]
    tx.add_all(made)
    tx.flush()
    skills = {uuid: skill for uuid, skill in same.items() if skill is not None}
    skills |= {uuid: skill.id for uuid, skill in zip(new, made, strict=True)}
    for uuid in new:
        ancestry = ancestries.get(uuid)
        if ancestry is not None:
            for origin_id in ancestry.skills:
                add_origin(tx, skills[uuid], origin_id, ancestry.change, carries=ancestry.carries)
    return skills


def digest(tx: Session, slug: str) -> str:
    """A digest of the whole lineage of a framework: the audit notes it whenever something is
    decided, and a check compares it (operations/checks/queries_record)."""
    return seals_rules.lineage(*(tx.execute(rows).all() for rows in lineage_of(slug)))


def add_origin(
    tx: Session, skill_id: int, origin_id: int, change: Change, *, carries: bool
) -> None:
    """Write down an origin of a skill, for it and for all that came of it.

    Raises Conflict: "origin_circle"; "origin_there", and whether it `carries`.
    """
    above = _lines_of(tx, origin_id)
    if skill_id == origin_id or any(skill_id == link.origin_id for line in above for link in line):
        raise Conflict("origin_circle")
    lines = _lines_of(tx, skill_id)
    for line in lines:
        if line[0].origin_id == origin_id:
            raise Conflict("origin_there", carries=line[0].carries)
    first = OriginLink(origin_id, change, carries)
    tails = [(first, *(link.before(first) for link in line)) for line in above or [()]]
    rows = _numbered(skill_id, tails, len(lines))
    below = select(SkillOrigin.skill_id).where(SkillOrigin.origin_id == skill_id).distinct()
    for later_id in tx.scalars(below.order_by(SkillOrigin.skill_id)).all():
        rows += _led_on(later_id, skill_id, _lines_of(tx, later_id), tails, is_longer=not lines)
    tx.execute(insert(table_of(SkillOrigin)), rows)


@dataclass(frozen=True, slots=True)
class OriginLink:
    """One origin on a line."""

    origin_id: int
    change: Change
    carries: bool

    def before(self, later: "OriginLink") -> "OriginLink":
        """This link as it is seen from a skill that was made of its own."""
        carries = self.carries and later.carries
        return OriginLink(self.origin_id, self.change.then(later.change), carries)


Line = tuple[OriginLink, ...]
"""The nearest origin first."""


def _led_on(
    skill_id: int, through: int, lines: Sequence[Line], tails: Sequence[Line], *, is_longer: bool
) -> list[dict[str, Any]]:
    """Rows that continue the lines of a later skill with the new lines of one that it was made of;
    `is_longer`: its lines ended there so far."""
    rows, count, ways = list[dict[str, Any]](), len(lines), set[Line]()
    for number, line in enumerate(lines, 1):
        ids = [link.origin_id for link in line]
        if through not in ids:
            continue
        way = line[: ids.index(through) + 1]
        if way in ways:
            continue
        ways.add(way)
        on = [tuple(link.before(way[-1]) for link in tail) for tail in tails]
        if is_longer:
            rows += _rows(skill_id, number, on.pop(0), len(way))
        rows += _numbered(skill_id, [(*way, *tail) for tail in on], count)
        count += len(on)
    return rows


def _numbered(skill_id: int, lines: Sequence[Line], after: int) -> list[dict[str, Any]]:
    return [
        row for number, line in enumerate(lines, after + 1) for row in _rows(skill_id, number, line)
    ]


def _rows(skill_id: int, number: int, line: Line, after: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "skill_id": skill_id,
            "line": number,
            "origin_id": link.origin_id,
            "change": link.change,
            "carries": link.carries,
            "steps": steps,
        }
        for steps, link in enumerate(line, after + 1)
    ]


def _lines_of(tx: Session, skill_id: int) -> list[Line]:
    rows = tx.execute(
        select(SkillOrigin.line, SkillOrigin.origin_id, SkillOrigin.change, SkillOrigin.carries)
        .where(SkillOrigin.skill_id == skill_id)
        .order_by(SkillOrigin.line, SkillOrigin.steps)
    )
    return [
        tuple(OriginLink(*row[1:]) for row in line)
        for _number, line in groupby(rows, lambda row: row.line)
    ]


OWN_KEYS: Mapping[str, tuple[str, str]] = {}


PUBLISHED = (
    *("frameworks", "strands", "domains", "levels", "scale_answers", "sources"),
    *("statements", "skills", "skill_origins"),
)
"""Tables that PostgreSQL samples once a version was published, where the role may: without that the
first move of 10,000 people took 28 seconds. SQLite is told by the daily work."""


def publish(
    tx: Session,
    file: FrameworkFile,
    now: dt.datetime,
    actor: Actor | None = None,
    ancestries: Mapping[str, Ancestry] = NONE,
    first_keys: Mapping[str, tuple[str, str]] = OWN_KEYS,
) -> int:
    """Returns the framework's id. `ancestries`: by uuid, what its statements are made of; of
    nothing where it is not there. `first_keys`: by "section/domain", the keys under which targets
    in it are kept, where they may be others than its own. `about` holds beside what the page shows
    what only the file has of its sections."""
    framework = Framework(
        slug=file.slug,
        version=file.version,
        title=file.title,
        lang=file.lang,
        digest=file.digest,
        about=file.about | _in_source(file),
        rule=file.rule,
        published_at=now,
    )
    tx.add(framework)
    tx.flush()
    of = {"framework_id": framework.id}
    answers = [
        of | asdict(answer) | {"position": at, "counts_as": Meaning(answer.counts_as)}
        for at, answer in enumerate(file.scale)
    ]
    sources = [
        of | asdict(source) | {"position": at, "licence": source.licence or ""}
        for at, source in enumerate(file.sources)
    ]
    anchors = [
        of | {"kind": group.kind, "position": at, "text": text}
        for group in file.anchors
        for at, text in enumerate(group.items)
    ]
    for model, rows in ((ScaleAnswer, answers), (Source, sources), (Anchor, anchors)):
        _insert(tx, model, rows)
    uuids = [statement.uuid for statement in file.statements]
    skills = skills_for(tx, file.slug, uuids, ancestries)
    _write_strands(tx, framework.id, file, skills, first_keys)
    _cite(tx, framework.id, file)
    frameworks_exclusions_records.leave_out_undecided(
        tx, Statement.framework_id == framework.id, now
    )
    decided = digest(tx, file.slug)
    note(tx, "framework_imported", file, now, actor, lineage=decided)
    if tx.connection().dialect.name == "postgresql":
        tx.execute(text(f"ANALYZE {', '.join(PUBLISHED)}"))
    return framework.id


def newest(slug: str, statuses: Collection[VersionStatus] = SHOWN) -> Select[Framework]:
    """The version that the next one follows, or the newest of these statuses, locked so that no
    other is published and it isn't withdrawn meanwhile."""
    return held(
        select(Framework)
        .where(Framework.slug == slug, Framework.status.in_(statuses))
        .order_by(Framework.published_at.desc(), Framework.id.desc())
        .limit(1)
    )


def move_sources(
    tx: Session, framework_id: int, file: FrameworkFile, now: dt.datetime, actor: Actor | None
) -> tuple[str, ...]:
    """Give the sources of a version the addresses of the file. Returns the keys of those that had
    another."""
    query = select(Source).where(Source.framework_id == framework_id)
    stored = {source.key: source for source in tx.scalars(query)}
    moved = [source for source in file.sources if stored[source.key].url != source.url]
    for source in moved:
        stored[source.key].url = source.url
    if moved:
        note(tx, "framework_sources_moved", file, now, actor)
    return tuple(source.key for source in moved)


def set_status(
    tx: Session, framework: Framework, status: VersionStatus, actor: Actor | None, now: dt.datetime
) -> None:
    framework.status = status
    note(tx, STATUS_SET[status], framework, now, actor)


STATUS_SET = {
    VersionStatus.OFFERED: "framework_version_shown",
    VersionStatus.HIDDEN: "framework_version_hidden",
    VersionStatus.WITHDRAWN: "framework_version_withdrawn",
}


def note(
    tx: Session,
    kind: str,
    version: FrameworkFile | Framework | FrameworkDraft,
    now: dt.datetime,
    actor: Actor | None,
    **facts: Any,
) -> None:
    """In the audit, of a version or of its draft."""
    audit_records.note(
        tx,
        kind,
        now,
        library_id=None if actor is None else actor.library_id,
        actor_id=None if actor is None else actor.person_id,
        slug=version.slug,
        version=version.version,
        **facts,
    )


def _in_source(file: FrameworkFile) -> dict[str, Any]:
    marks = {
        strand.key: {"join": strand.join, "end": strand.end}
        for strand in file.strands
        if strand.join or strand.end
    }
    return {"in_source": marks} if marks else {}


def _own(model: type[Base], part: object) -> dict[str, Any]:
    """What a part of the file has under the names of the columns."""
    names = table_of(model).c.keys()
    return {name: getattr(part, name) for name in names if hasattr(part, name)}


def _insert(tx: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """An insert of no rows at all would be one row of defaults."""
    if rows:
        tx.execute(insert(model), rows)


def _write_strands(
    tx: Session,
    framework_id: int,
    file: FrameworkFile,
    skills: Mapping[str, int],
    first_keys: Mapping[str, tuple[str, str]],
) -> None:
    """The strands and all that is in them. Statements are numbered through the whole framework."""
    positions = itertools.count(1)
    for at, part in enumerate(file.strands):
        strand = Strand(framework_id=framework_id, position=at, **_own(Strand, part))
        tx.add(strand)
        tx.flush()
        _insert(tx, Level, [{"strand_id": strand.id} | asdict(level) for level in part.levels])
        for listed in part.domains:
            own = part.key, listed.key
            first = first_keys.get("/".join(own), own)
            strand_key, domain_key = first if first != own else (None, None)
            domain = Domain(
                strand_id=strand.id,
                first_strand_key=strand_key,
                first_domain_key=domain_key,
                **_own(Domain, listed),
            )
            tx.add(domain)
            tx.flush()
            statements = [
                {
                    "framework_id": framework_id,
                    "domain_id": domain.id,
                    "skill_id": skills[statement.uuid],
                    "position": next(positions),
                }
                | _own(Statement, statement)
                for statement in listed.statements
            ]
            _insert(tx, Statement, statements)


def _cite(tx: Session, framework_id: int, file: FrameworkFile) -> None:
    of_statements = select(Statement.code, Statement.id).where(
        Statement.framework_id == framework_id
    )
    of_sources = select(Source.key, Source.id).where(Source.framework_id == framework_id)
    statements, sources = (dict(tx.execute(ids).all()) for ids in (of_statements, of_sources))
    citations = [
        {"statement_id": statements[statement.code], "source_id": sources[key], "position": at}
        for statement in file.statements
        for at, key in enumerate(statement.citations)
    ]
    _insert(tx, Citation, citations)
