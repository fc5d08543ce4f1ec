"""Drafts of a framework's first or next version, and what they change.

What a job expects of whoever has it, for a look at the next version as they will see it: job
profile and version, and nothing that anybody rated.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Row, func, select

from tracker.db import session
from tracker.frameworks.changes.rules import (
    NO_PAST,
    Kind,
    KnownBefore,
    VersionChange,
    VersionComparison,
    compare,
    keepable,
)
from tracker.frameworks.changes.rules_levels import NextLevels
from tracker.frameworks.changes.rules_places import (
    Domains,
    empty_levels,
    only_in,
    titles_used_twice,
    with_kept,
)
from tracker.frameworks.files.rules import FrameworkFile, framework_of
from tracker.frameworks.versions.queries import IdsElsewhere, file_of, ids_elsewhere, past_of
from tracker.frameworks.versions.rules import VersionDecision
from tracker.models import (
    Domain,
    Framework,
    FrameworkDraft,
    FrameworkDraftDecision,
    Membership,
    PersonVersion,
    RoleProfile,
    Statement,
    Strand,
    Target,
)
from tracker.models.record.versions import expected_rank, expects, is_current
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import current_on
from tracker.rules.roles import Role


@dataclass(frozen=True)
class DraftedVersion:
    """A draft beside the version that it follows. A first version follows none: `before` is empty.
    `kept`: uuids of statements that its file leaves out and that go on all the same, as somebody
    said. `decisions`: by key of the change, in a word; of a split that is carried, with the uuid of
    the part after a colon."""

    row: FrameworkDraft
    before: FrameworkFile
    after: FrameworkFile
    past: KnownBefore
    kept: frozenset[str]
    decisions: Mapping[str, str]
    elsewhere: list[IdsElsewhere]

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def is_first(self) -> bool:
        return self.row.base_framework_id is None

    @cached_property
    def comparison(self) -> VersionComparison:
        return compare(self.before, self.after, self.row.origins, self.past, self.went_on)

    @cached_property
    def levels(self) -> NextLevels:
        return NextLevels(self.comparison, self.would_carry, self.past.gone)

    @property
    def base_id(self) -> int:
        """The version that it follows. Raises ValueError for a first version."""
        if self.row.base_framework_id is None:
            raise ValueError("a first version follows none")
        return self.row.base_framework_id

    @property
    def changed(self) -> tuple[VersionChange, ...]:
        """All changes; a statement that is kept is among them, as retired."""
        kept = (
            VersionChange(Kind.RETIRED, change.before, ())
            for change in self.comparison.of(Kind.SAME)
            if change.after[0].uuid in self.kept
        )
        return (*self.comparison.changed, *kept)

    @property
    def is_open(self) -> bool:
        return self.row.published_at is None and self.row.discarded_at is None

    @property
    def undecided(self) -> tuple[VersionChange, ...]:
        return tuple(
            change for change in self.comparison.to_decide if change.key not in self.decisions
        )

    @property
    def offered(self) -> tuple[VersionChange, ...]:
        """Changes that nobody decided about, for which the page offers to carry ratings."""
        return tuple(change for change in self.undecided if change.offers_carry)

    def is_to_decide(self, change: VersionChange) -> bool:
        """Whether somebody has to, because no choice is made or offered."""
        return change.needs_decision and not (change.key in self.decisions or change.offers_carry)

    def carries(self, change: VersionChange, uuid: str) -> bool:
        """Whether ratings carry to that statement of the new version. What nobody decided about is
        rated again."""
        if change.kind == Kind.SAME:
            return True
        carry = VersionDecision.CARRY
        return self.decisions.get(change.key) in (carry, f"{carry}:{uuid}")

    def would_carry(self, change: VersionChange, uuid: str) -> bool:
        """The same, as the page shows it: what it offers to carry is carried when the draft is
        published."""
        is_offered = change.key not in self.decisions and change.offers_carry
        return is_offered or self.carries(change, uuid)

    @property
    def new_and_sensitive(self) -> frozenset[str]:
        """Uuids of new sensitive statements: they aren't rated until a library decides so."""
        before, after = (
            {statement.uuid for statement in file.statements if statement.sensitive}
            for file in (self.before, self.after)
        )
        return frozenset(after - before)

    @property
    def seen(self) -> str:
        """SHA-256 of what would be published: every change with its decision, and where targets go
        on."""
        decisions = [[change.key, self.decision_of(change)] for change in self.comparison.changes]
        everything = [self.row.digest, decisions, sorted(self.went_on.items())]
        return hashlib.sha256(json.dumps(everything).encode()).hexdigest()

    def decision_of(self, change: VersionChange) -> str:
        """Empty where nobody decided."""
        return self.decisions.get(change.key, "")

    @property
    def keepable(self) -> frozenset[str]:
        """Uuids of statements that the draft leaves out and has a place for."""
        return keepable(self.before, self.after, self.past)

    @property
    def new_domains(self) -> Domains:
        return only_in(self.after, self.before)

    @property
    def gone_domains(self) -> Domains:
        return only_in(self.before, self.after)

    @property
    def went_on(self) -> dict[str, str]:
        """By new domain, the domain that is gone whose targets go on in it."""
        new, gone = self.new_domains, self.gone_domains
        places = self.row.places.items()
        return {key: before for key, before in places if key in new and before in gone}

    @property
    def can_be_published(self) -> bool:
        is_unfit = empty_levels(self.after) or titles_used_twice(self.after)
        return self.is_open and not (is_unfit or self.comparison.tangled or self.elsewhere)


def open_drafts() -> Sequence[Row[*tuple[Any, ...]]]:
    """`base_version`: the one that each follows; None for a first version."""
    query = (
        select(
            FrameworkDraft.id,
            FrameworkDraft.slug,
            FrameworkDraft.content["title"].as_string().label("title"),
            FrameworkDraft.content["lang"].as_string().label("lang"),
            FrameworkDraft.version,
            Framework.version.label("base_version"),
            FrameworkDraft.made_at,
        )
        .outerjoin(Framework, Framework.id == FrameworkDraft.base_framework_id)
        .where(FrameworkDraft.published_at.is_(None), FrameworkDraft.discarded_at.is_(None))
        .order_by(FrameworkDraft.slug)
    )
    return session().execute(query).all()


def is_first(draft_id: int) -> bool:
    """Whether it is the draft of a first version. One query."""
    follows_none = FrameworkDraft.id == draft_id, FrameworkDraft.base_framework_id.is_(None)
    return session().scalar(select(FrameworkDraft.id).where(*follows_none)) is not None


def last_published(slug: str) -> FrameworkFile | None:
    """What the last draft of the framework became; None where it is open, or was discarded."""
    last = session().scalars(
        select(FrameworkDraft)
        .where(FrameworkDraft.slug == slug)
        .order_by(FrameworkDraft.id.desc())
        .limit(1)
    )
    return next((framework_of(draft.content) for draft in last if draft.published_at), None)


def drafted(draft_id: int) -> DraftedVersion | None:
    """Seventeen queries, and nine for each earlier version with statements that it has alone;
    four for a first version."""
    draft = session().get(FrameworkDraft, draft_id)
    if draft is None:
        return None
    decisions = session().execute(
        select(
            FrameworkDraftDecision.change_key,
            FrameworkDraftDecision.decision,
            FrameworkDraftDecision.carried_to,
        ).where(FrameworkDraftDecision.draft_id == draft_id)
    )
    base_id, file = draft.base_framework_id, framework_of(draft.content)
    before = replace(file, version="", strands=()) if base_id is None else file_of(base_id)
    past = NO_PAST if base_id is None else past_of(base_id)
    kept = keepable(before, file, past) & draft.origins.keys()
    return DraftedVersion(
        row=draft,
        before=before,
        after=with_kept(before, file, kept),
        past=past,
        kept=kept,
        decisions={key: ":".join(filter(None, decided)) for key, *decided in decisions},
        elsewhere=ids_elsewhere(file),
    )


def jobs(library_id: int, slug: str) -> list[tuple[int, str]]:
    """The job profiles of a library for a framework. One query."""
    query = (
        select(RoleProfile.id, RoleProfile.name)
        .where(
            RoleProfile.library_id == library_id,
            RoleProfile.slug == slug,
            RoleProfile.retired_at.is_(None),
        )
        .order_by(RoleProfile.position, RoleProfile.name)
    )
    return [(row.id, row.name) for row in session().execute(query)]


def jobs_of(person_id: int, slug: str, today: dt.date) -> Sequence[int]:
    """The job profiles that somebody learns for now. One query."""
    query = (
        select(RoleProfile.id)
        .join(Membership, Membership.role_profile_id == RoleProfile.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            RoleProfile.slug == slug,
            current_on(Membership, today),
        )
    )
    return session().scalars(query).all()


def version_of(person_id: int, slug: str) -> str | None:
    """The name of the version that somebody is on. One query."""
    return session().scalar(
        select(Framework.version)
        .join(PersonVersion, PersonVersion.framework_id == Framework.id)
        .where(PersonVersion.person_id == person_id, PersonVersion.slug == slug, is_current())
    )


def expected(
    library_id: int, job_ids: Collection[int], framework_id: int
) -> tuple[Mapping[str, int], frozenset[str]]:
    """In that version: the ranks by domain, as "section/domain", of several jobs the higher; and
    uuids of what the library doesn't rate. Two queries."""
    key = Strand.key + "/" + Domain.key
    ranks = session().execute(
        select(key, func.max(expected_rank()))
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .where(Strand.framework_id == framework_id, Target.role_profile_id.in_(job_ids))
        .group_by(key)
    )
    out = left_out(library_id, STATEMENTS.c.framework_id == framework_id)
    uuids = session().scalars(select(Statement.uuid).join(out, out.c.statement_id == Statement.id))
    return dict(ranks.all()), frozenset(uuids)
