"""All tables with their indexes, and the triggers that keep history.

Nothing is released yet: until the tag 0.1.0 this file is edited as the tables change, and gets a new
id each time, so that databases of before are refused (docs/decisions/
0051-one-migration-until-the-first-release.md). It imports nothing of the program, so that a later
change of the models doesn't change what was made before.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "20261213_own_records"
down_revision = None
branch_labels = None
depends_on = None

TABLES = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(
    name: str,
    *parts: SchemaItem | Iterable[SchemaItem],
    ids_once: bool = False,
    rows_by_key: bool = False,
) -> None:
    """With an `id`, unless a part is its key. `ids_once`: an id is never another row's, though its
    row was deleted. `rows_by_key`: SQLite keeps them in the index of their key."""
    flat = [one for part in parts for one in ([part] if isinstance(part, SchemaItem) else part)]
    if not any(getattr(one, "primary_key", False) for one in flat):
        flat.insert(0, key("id", sa.Integer))
    sa.Table(name, TABLES, *flat, sqlite_autoincrement=ids_once, sqlite_with_rowid=not rows_by_key)


def key(name: str, kind: Any) -> SchemaItem:
    return sa.Column(name, kind, primary_key=True)


def column(kind: Any, *names: str, null: bool = False, default: Any = None) -> list[SchemaItem]:
    return [sa.Column(name, kind, nullable=null, server_default=default) for name in names]


def to(parent: str, *names: str, null: bool = False, is_key: bool = False) -> list[SchemaItem]:
    """Each names a row of that table, which can't be deleted while it has children."""
    id_ = parent if "." in parent else f"{parent}.id"
    return [
        sa.Column(
            name,
            sa.Integer,
            sa.ForeignKey(id_, ondelete="RESTRICT"),
            nullable=null,
            primary_key=is_key,
        )
        for name in names
    ]


def wording(*, is_key: bool = False) -> list[SchemaItem]:
    """A skill, and the statement that it was said of, which is its wording."""
    return [
        sa.Column("skill_id", sa.Integer, nullable=False, primary_key=is_key),
        *column(sa.Integer, "statement_id"),
        sa.ForeignKeyConstraint(
            ["statement_id", "skill_id"],
            ["statements.id", "statements.skill_id"],
            ondelete="RESTRICT",
        ),
    ]


def line(length: int, *names: str, **how: Any) -> list[SchemaItem]:
    return column(sa.String(length), *names, **how)


def word(name: str, words: str, **how: Any) -> list[SchemaItem]:
    """One of these words."""
    known = ", ".join(f"'{each}'" for each in words.split())
    return [*line(40, name, **how), check(f"{name}_known", f"{name} IN ({known})")]


def check(name: str, holds: str) -> SchemaItem:
    return sa.CheckConstraint(holds, name=name)


def index(
    *columns: str, name: str | None = None, unique: bool = False, where: str | None = None
) -> SchemaItem:
    only = None if where is None else sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)


number = partial(column, sa.Integer)
prose = partial(column, sa.Text)
flag = partial(column, sa.Boolean)
binary = partial(column, sa.LargeBinary)
facts = partial(column, sa.JSON)
day = partial(column, sa.Date)
moment = partial(column, sa.DateTime(timezone=True))
unique = sa.UniqueConstraint


# People

table(
    "libraries",
    line(200, "name"),
    line(40, "time_zone"),
    word("region", "US AU CA GB IE IN NZ ZA", default="US"),
    word("paper", "letter a4", default="letter"),
    number("review_days", "differences_days"),
    number("endorsement_months", null=True),
    flag("names_to_coordinators"),
    moment("names_hidden_at", null=True),
    number("invitation_days", default="14"),
    number("invites_from", default="8"),
    number("invites_until", default="18"),
    number("idle_minutes", null=True),
    line(254, "hr_email", null=True),
    moment("created_at"),
    check(
        "invite_hours_in_order",
        "invites_from >= 0 AND invites_from < invites_until AND invites_until <= 24",
    ),
    unique("name"),
)
table(
    "teams",
    to("libraries", "library_id"),
    to("teams", "parent_id", null=True),
    line(200, "name", "sort_name"),
    line(400, "path"),
    flag("open_reviews"),
    day("closed_on", null=True),
    check("not_own_parent", "parent_id IS NULL OR parent_id <> id"),
    unique("library_id", "parent_id", "name"),
    index("parent_id"),
    index("path"),
    index("library_id", name="uq_teams_one_root", unique=True, where="parent_id IS NULL"),
    ids_once=True,
)
table(
    "people",
    to("libraries", "library_id"),
    line(200, "name", "sort_name"),
    line(254, "email"),
    line(60, "staff_id", null=True),
    line(200, "password_hash", null=True),
    flag("administrator"),
    flag("operator", "framework_editor", "covers_screen", default=sa.false()),
    flag("offers_updates", default=sa.true()),
    flag("gives_second_opinions", default=sa.false()),
    day("updates_not_before", null=True),
    moment("ready_at", "disabled_at", "removed_at", null=True),
    moment("created_at"),
    binary("salt"),
    check(
        "removed_is_nobody",
        "removed_at IS NULL OR (name = '' AND staff_id IS NULL AND password_hash IS NULL AND disabled_at IS NOT NULL)",
    ),
    unique("email"),
    index(
        *("library_id", "sort_name", "id", "disabled_at"),
        name="ix_people_listed",
        where="removed_at IS NULL",
    ),
    index(
        "library_id",
        name="ix_people_without_password",
        where="password_hash IS NULL AND disabled_at IS NULL",
    ),
    index("library_id", name="ix_people_disabled", where="disabled_at IS NOT NULL"),
    index("library_id", name="ix_people_ready", where="ready_at IS NOT NULL"),
    index("library_id", "staff_id", name="uq_people_staff_id", unique=True),
)
table(
    "account_merges",
    to("libraries", "library_id"),
    to("people", "kept_id", "earlier_id", "asked_by_id"),
    moment("asked_at"),
    word("outcome", "merged objected", null=True),
    moment("decided_at", null=True),
    check("decided_has_an_outcome", "(decided_at IS NULL) = (outcome IS NULL)"),
    check("two_accounts", "kept_id <> earlier_id"),
    index("earlier_id"),
    index("kept_id"),
    index(
        "earlier_id", name="uq_account_merges_merged_once", unique=True, where="outcome = 'merged'"
    ),
)
table(
    "memberships",
    to("people", "person_id"),
    to("teams", "team_id"),
    word("role", "learner supervisor coordinator"),
    to("role_profiles", "role_profile_id", null=True),
    line(200, "job"),
    *column(sa.Numeric(5, 2), "weekly_hours", null=True),
    day("starts_on"),
    day("ends_on", null=True),
    check("dates_in_order", "ends_on IS NULL OR ends_on >= starts_on"),
    check("hours_sane", "weekly_hours IS NULL OR (weekly_hours > 0 AND weekly_hours <= 80)"),
    check("learner_has_role_profile", "role <> 'learner' OR role_profile_id IS NOT NULL"),
    index("person_id"),
    index("role_profile_id"),
    index(
        *("team_id", "role", "starts_on", "ends_on", "person_id", "role_profile_id"),
        name="ix_memberships_team_role",
    ),
    ids_once=True,
)
table(
    "away_periods",
    to("people", "person_id"),
    day("starts_on", "until_on"),
    check("dates_in_order", "until_on >= starts_on"),
    unique("person_id", "starts_on"),
    index("until_on", name="ix_away_periods_until_on"),
)
table(
    "use_statements",
    to("libraries", "library_id"),
    number("version"),
    prose("text"),
    moment("published_at"),
    flag("opens_statements", default=sa.false()),
    unique("library_id", "version"),
)
table(
    "use_statement_readings",
    to("people", "person_id"),
    to("use_statements", "use_statement_id"),
    moment("read_at"),
    index("use_statement_id"),
    unique("person_id", "use_statement_id"),
)
table(
    "record_openings",
    to("people", "reader_id", "person_id"),
    word("role", "learner supervisor coordinator"),
    to("teams", "team_id"),
    to("people", "given_by_id", null=True),
    moment("given_at"),
    moment("told_at", "opens_at", null=True),
    to("people", "opened_by_id", null=True),
    moment("objected_at", null=True),
    word("decision", "opened kept_closed", null=True),
    moment("decided_at", null=True),
    to("people", "decided_by_id", null=True),
    check("decided_after_objected", "decided_at IS NULL OR objected_at IS NOT NULL"),
    check(
        "decided_by_another",
        "decided_by_id IS NULL OR (decided_by_id NOT IN (reader_id, person_id) AND (given_by_id IS NULL OR decided_by_id <> given_by_id))",
    ),
    check(
        "decided_by_somebody",
        "(decided_at IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
    ),
    check("not_own_record", "reader_id <> person_id"),
    check(
        "opened_by_another",
        "opened_by_id IS NULL OR (opened_by_id <> reader_id AND (given_by_id IS NULL OR opened_by_id <> given_by_id OR opened_by_id = person_id))",
    ),
    check("told_before_it_opens", "told_at IS NOT NULL OR opens_at IS NULL"),
    check("told_before_objected", "objected_at IS NULL OR told_at IS NOT NULL"),
    unique("reader_id", "person_id"),
    index("given_by_id"),
    index("opens_at", name="ix_record_openings_opens"),
    index(
        "objected_at",
        name="ix_record_openings_objected",
        where="objected_at IS NOT NULL AND decision IS NULL",
    ),
    index("person_id"),
    ids_once=True,
)

# Sign ins

table(
    "sign_ins",
    to("people", "person_id"),
    line(64, "token_hash"),
    line(200, "agent"),
    moment("started_at", "seen_at", "ends_at"),
    moment("ended_at", null=True),
    flag("on_shared_desk", "renews", default=sa.false()),
    line(64, "former_hash", null=True),
    moment("former_until", null=True),
    unique("token_hash"),
    index("former_hash"),
    index("person_id"),
)
table(
    "invitations",
    to("people", "person_id"),
    line(64, "token_hash"),
    word("kind", "invitation reset given handed printed", default="invitation"),
    moment("made_at", "ends_at"),
    moment("closed_at", null=True),
    to("people", "by_id", null=True),
    moment("opens_at", "confirmed_at", null=True),
    to("people", "confirmed_by_id", null=True),
    moment("used_at", "disowned_at", null=True),
    check("confirmed_by_another", "confirmed_by_id <> by_id"),
    check("confirmed_by_somebody", "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)"),
    check("used_is_closed", "used_at IS NULL OR closed_at IS NOT NULL"),
    unique("token_hash"),
    index("person_id"),
    ids_once=True,
)
table(
    "recovery_codes",
    to("people", "person_id", is_key=True),
    line(64, "code_hash"),
    moment("made_at"),
)
table(
    "former_addresses",
    to("people", "person_id"),
    line(254, "email"),
    moment("until_at"),
    index("person_id"),
    index("until_at"),
)
table("reset_requests", line(254, "email"), moment("asked_at"))
table(
    "address_changes",
    to("people", "person_id"),
    line(254, "former_email", "new_email"),
    line(64, "confirm_hash", "take_back_hash", null=True),
    moment("asked_at"),
    moment("confirmed_at", "ended_at", null=True),
    to("people", "by_id", null=True),
    binary("salt"),
    check("another_address", "former_email <> new_email"),
    unique("confirm_hash"),
    unique("take_back_hash"),
    index("asked_at"),
    index("person_id"),
)

# Frameworks, drafts

table(
    "framework_drafts",
    line(80, "slug"),
    to("frameworks", "base_framework_id", null=True),
    line(40, "version"),
    facts("content"),
    line(64, "digest"),
    facts("origins", "places"),
    to("people", "made_by_id", null=True),
    moment("made_at"),
    to("frameworks", "published_framework_id", null=True),
    moment("published_at", "discarded_at", null=True),
    check("ended_once", "published_at IS NULL OR discarded_at IS NULL"),
    check("published_as_one", "(published_at IS NULL) = (published_framework_id IS NULL)"),
    index(
        "slug",
        name="uq_framework_drafts_open",
        unique=True,
        where="published_at IS NULL AND discarded_at IS NULL",
    ),
)
table(
    "framework_draft_decisions",
    to("framework_drafts", "draft_id"),
    line(64, "change_key"),
    word("decision", "carry ask_again"),
    line(36, "carried_to", null=True),
    to("people", "decided_by_id", null=True),
    moment("decided_at"),
    check("part_is_carried", "carried_to IS NULL OR decision = 'carry'"),
    unique("draft_id", "change_key"),
)

# Frameworks, frameworks

table(
    "frameworks",
    line(80, "slug"),
    line(40, "version"),
    line(200, "title"),
    line(40, "lang"),
    line(64, "digest"),
    facts("about"),
    number("needs_met", "needs_of", "least"),
    moment("published_at"),
    word("status", "offered hidden withdrawn"),
    check("rule_can_be_met", "needs_met BETWEEN 1 AND needs_of AND least >= 1"),
    unique("slug", "version"),
)
table(
    "scale_answers",
    to("frameworks", "framework_id"),
    line(40, "key"),
    number("position"),
    line(200, "label"),
    prose("description", "reviewer_description"),
    word("counts_as", "met not_met open excluded"),
    unique("framework_id", "key"),
)
table(
    "strands",
    to("frameworks", "framework_id"),
    line(80, "key"),
    line(200, "title"),
    prose("intro"),
    number("position"),
    flag("targets_need_reason", default=sa.false()),
    unique("framework_id", "key"),
)
table(
    "levels",
    to("strands", "strand_id"),
    number("rank"),
    line(200, "name", "role_label"),
    check("rank_known", "rank BETWEEN 1 AND 9"),
    unique("strand_id", "rank"),
)
table(
    "domains",
    to("strands", "strand_id"),
    line(80, "key"),
    line(200, "title"),
    number("position"),
    number("claimed_count", null=True),
    line(80, "first_strand_key", "first_domain_key", null=True),
    unique("strand_id", "key"),
)
table("skills", line(80, "slug"))
table(
    "skill_origins",
    to("skills", "skill_id", is_key=True),
    key("line", sa.Integer),
    to("skills", "origin_id", is_key=True),
    word("change", "same reworded moved split merged"),
    flag("carries"),
    number("steps"),
    check("another_skill", "skill_id <> origin_id"),
    check("steps_count", "steps >= 1"),
    index("origin_id", name="ix_skill_origins_origin"),
)
table(
    "statements",
    to("frameworks", "framework_id"),
    to("skills", "skill_id"),
    to("domains", "domain_id"),
    number("rank"),
    line(36, "uuid"),
    line(40, "code"),
    number("position"),
    line(200, "title"),
    prose("text"),
    flag("sensitive", default=sa.false()),
    check("rank_known", "rank BETWEEN 1 AND 9"),
    unique("framework_id", "code"),
    unique("framework_id", "uuid"),
    unique("framework_id", "skill_id"),
    unique("id", "skill_id"),
    index("skill_id", name="ix_statements_skill"),
    index("domain_id", "rank", "position", name="ix_statements_domain_rank"),
)
table(
    "sources",
    to("frameworks", "framework_id"),
    line(80, "key"),
    line(200, "label"),
    prose("name"),
    line(2000, "url", null=True),
    line(200, "licence"),
    number("position"),
    unique("framework_id", "key"),
)
table(
    "citations",
    to("statements", "statement_id"),
    to("sources", "source_id"),
    number("position"),
    unique("statement_id", "position"),
    unique("statement_id", "source_id"),
)
table(
    "anchors",
    to("frameworks", "framework_id"),
    line(80, "kind"),
    number("position"),
    prose("text"),
    unique("framework_id", "kind", "position"),
)
table(
    "corrections",
    to("frameworks", "framework_id"),
    to("statements", "statement_id", null=True),
    to("libraries", "library_id", null=True),
    prose("text"),
    line(200, "name"),
    line(254, "email"),
    moment("suggested_at"),
    moment("closed_at", null=True),
    to("people", "closed_by_id", null=True),
    prose("outcome"),
    check("closed_by_somebody", "(closed_at IS NULL) = (closed_by_id IS NULL)"),
    index("framework_id", name="ix_corrections_open", where="closed_at IS NULL"),
)
table(
    "not_rated_here",
    to("libraries", "library_id"),
    to("skills", "skill_id"),
    prose("reason"),
    moment("set_at"),
    to("people", "set_by_id", null=True),
    unique("library_id", "skill_id"),
    ids_once=True,
)
table(
    "sensitive_decisions",
    to("libraries", "library_id"),
    to("skills", "skill_id"),
    word("decision", "rate leave_out ask_hr"),
    moment("decided_at", null=True),
    to("people", "decided_by_id", null=True),
    check("decided_by_somebody", "(decided_at IS NULL) = (decided_by_id IS NULL)"),
    unique("library_id", "skill_id"),
)

# Frameworks, versions

table(
    "person_versions",
    to("people", "person_id"),
    line(80, "slug"),
    to("frameworks", "framework_id"),
    moment("moved_at"),
    day("moved_on"),
    to("people", "moved_by_id", null=True),
    index("framework_id"),
    index("person_id", "slug", "id", "framework_id", name="ix_person_versions_person"),
)
table(
    "library_versions",
    to("libraries", "library_id"),
    line(80, "slug"),
    to("frameworks", "framework_id"),
    moment("set_at"),
    to("people", "set_by_id", null=True),
    index("library_id", "slug", "id", name="ix_library_versions_library"),
)
table(
    "planned_moves",
    to("libraries", "library_id", is_key=True),
    key("slug", sa.String(80)),
    to("frameworks", "framework_id"),
    moment("planned_at"),
    to("people", "planned_by_id", null=True),
)

# Ratings

table(
    "ratings",
    to("people", "person_id"),
    wording(),
    line(40, "answer", null=True),
    word("basis", "rated confirmed imported inferred cleared"),
    number("version"),
    prose("own_note", "reviewer_note"),
    moment("rated_at"),
    day("given_on", null=True),
    moment("noted_at", null=True),
    check("cleared_has_no_answer", "(answer IS NULL) = (basis = 'cleared')"),
    check("version_counts", "version >= 1"),
    unique("person_id", "skill_id"),
    index("skill_id", name="ix_ratings_skill"),
)
table(
    "revealed_answers",
    to("people", "person_id", is_key=True),
    wording(is_key=True),
    line(40, "answer"),
    moment("revealed_at"),
    index("skill_id", name="ix_revealed_answers_skill"),
)
table(
    "rating_entries",
    to("people", "person_id"),
    wording(),
    number("version"),
    line(40, "answer", null=True),
    word("basis", "rated confirmed imported inferred cleared"),
    moment("rated_at"),
    day("given_on", null=True),
    binary("salt"),
    check("cleared_has_no_answer", "(answer IS NULL) = (basis = 'cleared')"),
    index("person_id", "skill_id", name="ix_rating_entries_person_skill"),
)

table(
    "standings",
    to("people", "person_id", is_key=True),
    to("frameworks", "framework_id", is_key=True),
    line(64, "basis"),
    day("changes_on", null=True),
    prose("revealed", "reviewed", "not_met", "excepted"),
    index("basis", name="ix_standings_basis"),
)

# Evidence

table(
    "stored_files",
    to("people", "person_id"),
    line(64, "sha256"),
    number("size"),
    line(120, "media_type"),
    line(255, "name"),
    check("not_empty", "size > 0"),
    index("person_id"),
    index("sha256"),
)
table(
    "evidence",
    to("people", "person_id"),
    word("kind", "note link file"),
    number("version"),
    moment("created_at", "changed_at"),
    moment("archived_at", null=True),
    index("person_id"),
)
table(
    "evidence_versions",
    to("evidence", "evidence_id"),
    number("number"),
    moment("made_at"),
    unique("evidence_id", "number"),
)
table(
    "evidence_texts",
    to("evidence_versions", "version_id", is_key=True),
    to("people", "person_id"),
    line(200, "title"),
    prose("text"),
    line(2000, "url"),
    to("stored_files", "file_id", null=True),
    day("done_on", null=True),
    index("person_id", name="ix_evidence_texts_person"),
)
table(
    "evidence_links",
    to("evidence", "evidence_id"),
    wording(),
    prose("reason"),
    moment("linked_at"),
    unique("evidence_id", "skill_id"),
    index("skill_id", name="ix_evidence_links_skill"),
)

# Erasures

table(
    "evidence_erasures",
    to("evidence_versions", "version_id", is_key=True),
    to("erasures", "erasure_id"),
    word("reason", "names_patron names_coworker private wrong_file other"),
    moment("erased_at"),
    index("erasure_id"),
)
table(
    "legal_holds",
    to("people", "person_id"),
    prose("why"),
    to("people", "set_by_id"),
    moment("began_at"),
    to("people", "ended_by_id", null=True),
    moment("ended_at", null=True),
    check("ended_by_somebody", "(ended_at IS NULL) = (ended_by_id IS NULL)"),
    index("person_id", "began_at", name="ix_legal_holds_person"),
    index("person_id", name="uq_legal_holds_one_open", unique=True, where="ended_at IS NULL"),
)
table(
    "held_texts",
    to("people", "owner_id", "author_id"),
    word(
        "source",
        "evidence_texts evidence_links review_item_evidence review_item_texts review_messages difference_choices confirmations ratings drafts thanks",
    ),
    number("row_id"),
    to("stored_files", "file_id", null=True),
    facts("content"),
    index("author_id"),
    index("owner_id"),
    index("source", "row_id", name="ix_held_texts_row"),
)
table("file_removals", key("sha256", sa.String(64)), moment("asked_at"))

# Reviews, endorsements

table(
    "endorsements",
    to("people", "person_id"),
    wording(),
    to("people", "endorser_id"),
    to("review_items", "item_id"),
    line(40, "answer"),
    line(64, "digest"),
    number("rating_version"),
    word("status", "standing superseded suspended expired revoked"),
    moment("endorsed_at"),
    moment("ended_at", null=True),
    binary("salt"),
    check("ended_has_a_time", "(status = 'standing') = (ended_at IS NULL)"),
    check("nobody_endorses_themselves", "person_id <> endorser_id"),
    unique("item_id"),
    index("endorser_id"),
    index("person_id", "skill_id", name="ix_endorsements_person_skill"),
    index("item_id", name="ix_endorsements_ended", where="ended_at IS NOT NULL"),
    index(
        "person_id",
        "skill_id",
        name="uq_endorsements_one_standing",
        unique=True,
        where="status = 'standing'",
    ),
)
table("endorsement_texts", to("endorsements", "endorsement_id", is_key=True), prose("reason"))
table(
    "endorsement_moves",
    to("endorsements", "endorsement_id"),
    to("people", "actor_id", null=True),
    line(40, "before"),
    word("after", "standing superseded suspended expired revoked"),
    moment("moved_at"),
    index("endorsement_id"),
)

# Reviews, exceptions

table(
    "level_exceptions",
    to("people", "person_id"),
    wording(),
    to("domains", "domain_id"),
    number("rank"),
    to("review_items", "item_id"),
    to("people", "proposer_id"),
    to("people", "confirmer_id", null=True),
    word("status", "proposed agreed withdrawn ended"),
    moment("proposed_at"),
    moment("agreed_at", "ended_at", null=True),
    check("agreed_by_both", "status <> 'agreed' OR agreed_at IS NOT NULL"),
    check("agreed_has_a_time", "(confirmer_id IS NULL) = (agreed_at IS NULL)"),
    check("ended_has_a_time", "(status IN ('proposed', 'agreed')) = (ended_at IS NULL)"),
    check(
        "learner_is_one",
        "confirmer_id IS NULL OR proposer_id = person_id OR confirmer_id = person_id",
    ),
    check("proposed_by_one", "status <> 'proposed' OR agreed_at IS NULL"),
    check("takes_two", "confirmer_id IS NULL OR confirmer_id <> proposer_id"),
    index("item_id"),
    index("person_id", "skill_id", name="ix_level_exceptions_person_skill"),
    index(
        "person_id",
        "domain_id",
        "rank",
        name="uq_level_exceptions_one_open",
        unique=True,
        where="status IN ('proposed', 'agreed')",
    ),
)
table(
    "level_exception_texts",
    to("level_exceptions", "exception_id", is_key=True),
    prose("reason", "end_reason"),
)
table(
    "level_exception_moves",
    to("level_exceptions", "exception_id"),
    to("people", "actor_id", null=True),
    line(40, "before"),
    word("after", "proposed agreed withdrawn ended"),
    moment("moved_at"),
    index("exception_id"),
)

# Reviews, reviews

table(
    "reviews",
    to("people", "learner_id", "reviewer_id"),
    to("teams", "team_id"),
    to("frameworks", "framework_id"),
    to("rounds", "round_id", null=True),
    word("status", "sent in_review differences_open closed withdrawn"),
    flag("open"),
    moment("sent_at"),
    day("due_from", "due_on"),
    moment("revealed_at", null=True),
    day("differences_from", "differences_due_on", null=True),
    moment("closed_at", "withdrawn_at", null=True),
    check("closed_has_a_time", "(status = 'closed') = (closed_at IS NOT NULL)"),
    check("differences_after_reveal", "status <> 'differences_open' OR revealed_at IS NOT NULL"),
    check("differences_from_a_day", "(differences_from IS NULL) = (differences_due_on IS NULL)"),
    check("nobody_reviews_themselves", "learner_id <> reviewer_id"),
    index("learner_id", "status", name="ix_reviews_learner"),
    index("round_id", "learner_id", name="ix_reviews_round"),
    index("reviewer_id", "status", name="ix_reviews_reviewer"),
    index("learner_id", name="ix_reviews_open", where="closed_at IS NULL"),
    index("team_id"),
)
table(
    "review_items",
    to("reviews", "review_id"),
    wording(),
    number("position"),
    word(
        "status",
        "waiting returned answered not_observed dropped differs endorsed kept_apart handed_on",
    ),
    number("version"),
    line(64, "digest"),
    line(40, "learner_answer"),
    line(200, "learner_answer_label"),
    prose("learner_answer_description"),
    moment("rated_at"),
    number("rating_version"),
    line(40, "reviewer_answer", null=True),
    word("ground", "saw_it saw_product was_told evidence_only", null=True),
    moment("answered_at", "revealed_at", null=True),
    binary("salt"),
    check(
        "answer_has_a_ground",
        "ground IS NOT NULL OR reviewer_answer IS NULL OR reviewer_answer IN ('cannot_tell', 'not_their_work')",
    ),
    check(
        "answered_has_an_answer",
        "status NOT IN ('answered', 'differs', 'endorsed', 'kept_apart') OR (reviewer_answer IS NOT NULL AND answered_at IS NOT NULL)",
    ),
    check(
        "revealed_has_a_time",
        "status NOT IN ('differs', 'endorsed', 'kept_apart') OR revealed_at IS NOT NULL",
    ),
    check(
        "sealed_has_none",
        "status NOT IN ('waiting', 'returned', 'answered', 'dropped', 'handed_on') OR revealed_at IS NULL",
    ),
    check("version_counts", "version >= 1"),
    unique("review_id", "skill_id"),
    index("skill_id", name="ix_review_items_skill"),
    index("review_id", "status", name="ix_review_items_of"),
    index("review_id", name="ix_review_items_not_endorsed", where="status <> 'endorsed'"),
)
table(
    "review_item_texts",
    to("review_items", "item_id", is_key=True),
    line(64, "salt"),
    prose("learner_note", "reviewer_note"),
)
table(
    "review_item_evidence",
    to("review_items", "item_id"),
    to("evidence_versions", "version_id"),
    prose("reason"),
    unique("item_id", "version_id"),
    index("version_id"),
)
table(
    "review_messages",
    to("review_items", "item_id"),
    to("people", "author_id"),
    prose("text"),
    moment("written_at"),
    index("item_id"),
)
table(
    "difference_choices",
    to("review_items", "item_id"),
    to("people", "person_id"),
    word("kind", "agree talk no_agreement"),
    line(40, "answer", null=True),
    prose("reason"),
    moment("chosen_at"),
    check("agreeing_has_an_answer", "(kind = 'agree') = (answer IS NOT NULL)"),
    unique("item_id", "person_id"),
)
table(
    "confirmations",
    to("review_items", "item_id"),
    to("people", "person_id"),
    line(40, "answer", null=True),
    prose("reason"),
    moment("confirmed_at"),
    binary("salt"),
    unique("item_id", "person_id"),
)
table(
    "training_actions",
    to("review_items", "item_id"),
    to("people", "owner_id"),
    prose("text"),
    day("due_on", null=True),
    moment("created_at"),
    moment("done_at", null=True),
    index("item_id"),
    index("owner_id"),
)
table(
    "thanks",
    to("reviews", "review_id"),
    flag("from_learner"),
    prose("text"),
    moment("written_at"),
    check("short_and_not_empty", "length(text) BETWEEN 1 AND 500"),
    unique("review_id", "from_learner"),
)
table(
    "review_moves",
    to("reviews", "review_id"),
    to("review_items", "item_id", null=True),
    word(
        "move",
        "send withdraw answer cannot_tell return reply drop reveal_equal reveal_different confirm agree talk take_back keep_apart undo_keep_apart close hand_on one_more_week",
    ),
    to("people", "actor_id", null=True),
    line(40, "before", "after"),
    moment("moved_at"),
    index("item_id"),
    index("review_id"),
    index(
        "review_id",
        name="uq_review_moves_one_more_week",
        unique=True,
        where="move = 'one_more_week'",
    ),
)

# Reviews, routing

table(
    "handovers",
    to("reviews", "review_id", is_key=True),
    to("reviews", "from_review_id"),
    unique("from_review_id"),
)
table("handover_texts", to("handovers.review_id", "review_id", is_key=True), prose("note"))
table(
    "deputies",
    to("people", "supervisor_id", "deputy_id"),
    day("starts_on", "ends_on"),
    moment("named_at"),
    moment("ended_at", null=True),
    check("dates_in_order", "ends_on >= starts_on"),
    check("nobody_is_their_own", "supervisor_id <> deputy_id"),
    index("deputy_id", "ends_on", name="ix_deputies_deputy"),
    index("supervisor_id", "ends_on", name="ix_deputies_supervisor"),
    ids_once=True,
)
table(
    "second_readings",
    to("reviews", "review_id", is_key=True),
    to("endorsements", "endorsement_id"),
    index("endorsement_id"),
)

# Rounds

table(
    "role_profiles",
    to("libraries", "library_id"),
    line(80, "slug"),
    line(200, "name"),
    number("position"),
    prose("targets_reason", default=sa.text("''")),
    moment("retired_at", null=True),
    unique("library_id", "slug", "name"),
)
table(
    "targets",
    to("role_profiles", "role_profile_id"),
    line(80, "strand_key", "domain_key"),
    number("rank"),
    check("rank_known", "rank BETWEEN 1 AND 9"),
    unique("role_profile_id", "strand_key", "domain_key"),
)
table(
    "rounds",
    to("libraries", "library_id"),
    line(200, "name"),
    day("starts_on", "ends_on"),
    flag("ended_unseen", default=sa.false()),
    day("figures_on", null=True),
    moment("figures_at", null=True),
    check("dates_in_order", "ends_on >= starts_on"),
    check("figures_inside", "figures_on >= starts_on AND figures_on < ends_on"),
    unique("library_id", "name"),
    index("ends_on", name="ix_rounds_ends"),
    index("library_id"),
)
table(
    "round_frameworks",
    to("rounds", "round_id", is_key=True),
    to("frameworks", "framework_id", is_key=True),
)
table(
    "round_snapshots",
    to("rounds", "round_id"),
    moment("as_of", "made_at"),
    flag("reconstructed"),
    facts("facts"),
    unique("round_id"),
)
table(
    "snapshot_people",
    to("round_snapshots", "snapshot_id"),
    to("people", "person_id"),
    to("frameworks", "framework_id"),
    facts("jobs"),
    prose("revealed", "reviewed", "not_met", "excepted"),
    binary("salt"),
    unique("snapshot_id", "person_id", "framework_id"),
    index("person_id"),
)
table(
    "figure_groups",
    to("rounds", "round_id"),
    to("people", "person_id"),
    to("teams", "team_id"),
    unique("round_id", "person_id"),
    index("person_id"),
)
table(
    "counted_outcomes",
    to("rounds", "round_id"),
    to("teams", "team_id"),
    to("people", "person_id"),
    line(200, "slug", "domain_key"),
    word("voice", "self endorsed"),
    word("state", "at_target gap not_yet_known not_assessed"),
    moment("reviewed_at", "as_of"),
    flag("is_implied"),
    unique("person_id", "slug", "domain_key", "voice", "reviewed_at"),
    index("round_id", "slug", "voice", name="ix_counted_outcomes_of"),
)

# Roster

table(
    "roster_imports",
    to("libraries", "library_id"),
    to("people", "person_id"),
    word("state", "checked imported replaced"),
    line(200, "file_name", "sheet"),
    facts("headings", "columns", "meanings", "never_stored"),
    flag("makes_teams"),
    line(64, "plan_digest"),
    moment("uploaded_at"),
    moment("imported_at", null=True),
    check("imported_has_a_time", "(state IN ('checked', 'replaced')) = (imported_at IS NULL)"),
    index("library_id", "uploaded_at", name="ix_roster_imports_library"),
    index("person_id"),
    index("uploaded_at"),
    ids_once=True,
)
table(
    "roster_rows",
    to("roster_imports", "import_id"),
    number("number"),
    facts("cells"),
    word("verdict", "new moved changed unchanged to_fix left_out"),
    line(254, "title"),
    to("people", "person_id", null=True),
    facts("problems", "changes"),
    unique("import_id", "number"),
    index("person_id"),
    index("import_id", "verdict", "number", name="ix_roster_rows_verdict"),
)
table(
    "roster_memories",
    to("libraries", "library_id"),
    facts("called", "meanings"),
    unique("library_id"),
)

# Notifications

table(
    "notices",
    to("people", "person_id"),
    word(
        "kind",
        "review_sent item_returned item_replied item_dropped review_revealed review_longer review_closed review_thanked review_handed_on difference_confirmed difference_kept_apart next_step_given review_due_soon review_overdue differences_due_soon next_step_due endorsement_expiring endorsement_revoked exception_proposed deputy_named link_made link_asked link_disowned link_disowned_elsewhere address_changed reader_added objection_made objection_decided reset_used access_review_due merge_proposed version_moved people_moved round_reminder job_failed record_ready daily_work_failed",
    ),
    line(200, "happening"),
    to("reviews", "review_id", null=True),
    to("people", "about_id", null=True),
    to("person_versions", "version_id", null=True),
    number("people", null=True),
    to("rounds", "round_id", null=True),
    moment("happened_at"),
    moment("read_at", null=True),
    flag("to_mail"),
    to("outbox_mails", "mail_id", null=True),
    check("mailed_once", "NOT to_mail OR mail_id IS NULL"),
    unique("person_id", "kind", "happening"),
    index("version_id"),
    index("mail_id"),
    index("person_id", "happened_at", name="ix_notices_person"),
    index("review_id"),
    index("round_id", name="ix_notices_round_id", where="round_id IS NOT NULL"),
    index("person_id", name="ix_notices_to_mail", where="to_mail"),
    ids_once=True,
)
table(
    "notice_choices",
    to("people", "person_id", is_key=True),
    word("mail", "each daily none"),
    moment("chosen_at"),
)
table(
    "outbox_mails",
    to("people", "person_id"),
    line(64, "token"),
    day("digest_on", null=True),
    word("status", "waiting sending sent dropped unsure failed"),
    number("attempts"),
    moment("made_at", "next_try_at"),
    moment("claimed_at", "ended_at", null=True),
    line(40, "reason"),
    line(400, "said"),
    check("attempts_count", "attempts >= 0"),
    check("ended_has_a_time", "(status IN ('waiting', 'sending')) = (ended_at IS NULL)"),
    check("sending_has_a_time", "(status = 'sending') = (claimed_at IS NOT NULL)"),
    unique("person_id", "digest_on"),
    unique("token"),
    index("person_id"),
    index("status", "next_try_at", name="ix_outbox_mails_status"),
    ids_once=True,
)
table(
    "alert_mails",
    to("outbox_mails", "mail_id", is_key=True),
    to("notices", "notice_id"),
    line(254, "address"),
    index("notice_id"),
)
table(
    "link_mails",
    to("outbox_mails", "mail_id", is_key=True),
    word("kind", "invitation reset given handed printed confirm_address take_back objection"),
    line(254, "address"),
    to("people", "by_id", null=True),
    flag("at_once", default=sa.false()),
    to("address_changes", "change_id", null=True),
    index("change_id"),
)

# Drafts

table(
    "drafts",
    to("people", "person_id"),
    line(200, "form", "subject"),
    prose("fields"),
    moment("saved_at"),
    unique("person_id", "form", "subject"),
    index("saved_at"),
    ids_once=True,
)

# Audit

table(
    "audit_events",
    number("sequence"),
    to("libraries", "library_id", null=True),
    to("people", "actor_id", "subject_id", null=True),
    line(60, "kind"),
    moment("happened_at"),
    binary("commitment", "previous", "digest"),
    check("sequence_counts", "sequence >= 1"),
    unique("sequence"),
    index("actor_id", "kind", "happened_at", name="ix_audit_events_actor"),
    index("library_id", "happened_at", "id", name="ix_audit_events_library_at"),
    index("library_id", "kind", "happened_at", "id", name="ix_audit_events_kind"),
)
table(
    "audit_event_details",
    to("audit_events", "event_id", is_key=True),
    binary("salt"),
    facts("facts"),
)
table(
    "looks",
    to("people", "owner_id", "reader_id"),
    line(60, "kind"),
    day("looked_on"),
    unique("owner_id", "reader_id", "kind", "looked_on"),
    index("owner_id", "looked_on", name="ix_looks_owner"),
)
table(
    "erasures",
    to("people", "person_id"),
    moment("opened_at"),
    moment("closed_at", null=True),
    prose("numbers", default=sa.text("''")),
)

# Seals

table(
    "seals",
    key("chain", sa.Integer),
    key("sequence", sa.Integer),
    binary("covered", "digest"),
    rows_by_key=True,
)

# Operations

table(
    "mail_tests",
    to("libraries", "library_id"),
    to("people", "person_id"),
    line(64, "code_hash"),
    word("outcome", "taken refused arrived"),
    line(40, "reason"),
    line(400, "said"),
    moment("sent_at"),
    moment("arrived_at", null=True),
    check("arrived_has_a_time", "(outcome = 'arrived') = (arrived_at IS NOT NULL)"),
    index("library_id", "sent_at", name="ix_mail_tests_library"),
)
table(
    "backup_tests",
    line(200, "file"),
    column(sa.BigInteger, "size"),
    moment("made_at", "tested_at"),
    prose("findings"),
    check("not_empty", "size > 0"),
    index("tested_at"),
)
table(
    "limit_counts",
    line(64, "key_sha256"),
    number("hits"),
    moment("ends_at"),
    check("counted", "hits > 0"),
    unique("key_sha256"),
    index("ends_at"),
)
table(
    "sign_in_turns",
    line(64, "ticket_sha256"),
    number("place", "account", "round"),
    moment("seen_at"),
    moment("tried_at", "frees_at", null=True),
    check("tried", "(tried_at IS NULL) = (frees_at IS NULL)"),
    unique("ticket_sha256"),
    index("account", "frees_at", name="ix_sign_in_turns_account"),
    index("place", "round", name="ix_sign_in_turns_place"),
    index("seen_at"),
)
table(
    "submissions",
    to("people", "person_id", null=True),
    line(64, "key_sha256", "body_sha256"),
    moment("accepted_at"),
    number("status", null=True),
    prose("location", "messages"),
    check("answer_leads_on", "status IS NULL OR status BETWEEN 300 AND 399"),
    unique("key_sha256"),
    index("accepted_at"),
    index("person_id"),
)
table(
    "daily_parts",
    key("part", sa.String(40)),
    moment("done_at", "failing_since", null=True),
    number("tries"),
    moment("next_try_at"),
    number("audit_sequence"),
    check("failing_was_tried", "failing_since IS NULL OR tries > 0"),
    check("tries_count", "tries >= 0"),
)
table(
    "jobs",
    line(40, "kind"),
    to("people", "person_id"),
    to("libraries", "library_id"),
    facts("arguments"),
    word("state", "waiting running done failed"),
    number("total", null=True),
    number("done", "tries"),
    line(64, "claim_token", null=True),
    moment("seen_at", null=True),
    moment("asked_at", "next_try_at"),
    moment("ended_at", null=True),
    line(40, "reason"),
    line(200, "file_name"),
    line(64, "grounds_sha256"),
    check("claim_has_a_time", "(claim_token IS NULL) = (seen_at IS NULL)"),
    check("done_of_total", "done >= 0 AND done <= COALESCE(total, 0)"),
    check("ended_has_a_time", "(state IN ('waiting', 'running')) = (ended_at IS NULL)"),
    check("running_is_claimed", "(state = 'running') = (claim_token IS NOT NULL)"),
    index("asked_at"),
    index("state", "next_try_at", name="ix_jobs_next"),
    index("person_id", "asked_at", name="ix_jobs_person"),
    ids_once=True,
)
table(
    "job_parts",
    to("jobs", "job_id"),
    number("number"),
    column(sa.LargeBinary, "content"),
    unique("job_id", "number"),
)
table(
    "job_people",
    to("jobs", "job_id"),
    to("people", "person_id"),
    unique("job_id", "person_id"),
    index("person_id"),
)

# History: UPDATE and DELETE are refused, but for what stands here.

GROWING = {
    "audit_events",
    "backup_tests",
    "counted_outcomes",
    "endorsement_moves",
    "evidence_erasures",
    "evidence_versions",
    "figure_groups",
    "handovers",
    "level_exception_moves",
    "library_versions",
    "person_versions",
    "review_moves",
    "round_snapshots",
    "seals",
    "second_readings",
    "skill_origins",
    "skills",
    "statements",
    "use_statement_readings",
    "use_statements",
}
"""A row that is written stays as it is."""
FROZEN = {
    "frameworks": "slug, version, needs_met, needs_of, least, published_at",
    "endorsements": "person_id, skill_id, statement_id, endorser_id, item_id, answer, digest, rating_version",
    "level_exceptions": "person_id, skill_id, statement_id, domain_id, rank, item_id, proposer_id, "
    "proposed_at",
    "review_items": "review_id, skill_id, statement_id, digest, learner_answer, rated_at, rating_version, "
    "learner_answer_label, learner_answer_description",
    "reviews": "learner_id, reviewer_id, team_id, framework_id, open, sent_at",
}
"""A row stays, and so do these columns."""


def erasing(owner: str) -> str:
    """Whether an erasure of that person is open."""
    return f"EXISTS (SELECT 1 FROM erasures WHERE person_id = {owner} AND closed_at IS NULL)"


def same(columns: str) -> str:
    return " AND ".join(f"NEW.{column} = OLD.{column}" for column in columns.split())


OF_ITEM = (
    "(SELECT reviews.learner_id FROM reviews JOIN review_items "
    "ON review_items.review_id = reviews.id WHERE review_items.id = OLD.item_id)"
)
HIDDEN_ITEM = (
    "EXISTS (SELECT 1 FROM review_items WHERE review_items.id = OLD.item_id "
    "AND review_items.revealed_at IS NULL)"
)
GOING = {
    "audit_event_details": erasing(
        "(SELECT COALESCE(subject_id, actor_id) FROM audit_events WHERE id = OLD.event_id)"
    ),
    "endorsement_texts": erasing(
        "(SELECT person_id FROM endorsements WHERE id = OLD.endorsement_id)"
    ),
    "evidence_texts": erasing("OLD.person_id"),
    "handover_texts": erasing("(SELECT learner_id FROM reviews WHERE id = OLD.review_id)"),
    "held_texts": "NOT EXISTS (SELECT 1 FROM legal_holds "
    "WHERE person_id IN (OLD.owner_id, OLD.author_id) AND ended_at IS NULL)",
    "level_exception_texts": erasing(
        "(SELECT person_id FROM level_exceptions WHERE id = OLD.exception_id)"
    ),
    "looks": erasing("OLD.owner_id"),
    "rating_entries": erasing("OLD.person_id"),
    "snapshot_people": erasing("OLD.person_id"),
}
"""When a row may be deleted."""
CHANGING = {
    "erasures": f"OLD.closed_at IS NULL AND {same('id person_id opened_at numbers')}",
    "legal_holds": f"OLD.ended_at IS NULL AND {same('id person_id why set_by_id began_at')}",
    "level_exception_texts": f"OLD.end_reason = '' AND {same('exception_id reason')}",
    "review_item_evidence": f"{same('id item_id version_id')} AND (NEW.reason = OLD.reason "
    f"OR NEW.reason = '' AND {erasing(OF_ITEM)})",
    "review_item_texts": f"{same('item_id')} AND ({same('salt learner_note')} "
    f"AND (NEW.reviewer_note = OLD.reviewer_note OR {HIDDEN_ITEM}) "
    f"OR NEW.salt = '' AND NEW.learner_note = '' AND NEW.reviewer_note = '' "
    f"AND {erasing(OF_ITEM)})",
    "review_messages": f"{same('id item_id author_id written_at')} AND NEW.text = '' "
    f"AND {erasing(OF_ITEM)}",
}
"""How a row may change."""
READDRESSING = (
    "NEW.email = OLD.email OR NOT OLD.administrator OR OLD.password_hash IS NULL OR EXISTS "
    "(SELECT 1 FROM address_changes WHERE person_id = OLD.id "
    "AND (new_email = NEW.email OR former_email = NEW.email))"
)
"""When somebody may have another address: an administrator who has a password, by a change that
says so."""
FORGETTING = ("endorsements", "level_exceptions", "person_versions", "revealed_answers")
"""What somebody's standings are worked out from: with a row of it they go, and are counted anew."""


def guard(name: str, act: str, of: str, unless: str | None, gives: str) -> None:
    """A trigger that refuses an act on the rows of a table, unless that holds; what it `gives` then
    is the row, to PostgreSQL."""
    trigger = f"CREATE TRIGGER {name}_no_{act.lower()} BEFORE {act}{of} ON {name}"
    if op.get_bind().dialect.name == "sqlite":
        when = f" WHEN NOT ({unless})" if unless else ""
        stop = f"SELECT RAISE(ABORT, '{name}: history is never changed');"
        op.execute(f"{trigger}{when} BEGIN {stop} END")
        return
    does = "refuse_history_change"
    if unless:
        does = f"{name}_no_{act.lower()}"
        function(
            does,
            f"IF {unless} THEN RETURN {gives}; END IF; "
            f"RAISE EXCEPTION '{name}: history is never changed' USING ERRCODE = '23514';",
        )
    op.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION {does}()")


def forget(name: str, act: str, of: str = "", whose: str = "person_id") -> None:
    """A trigger that takes away the standings of whose row was written. PostgreSQL holds the person
    too, as whoever counts them does: else what was read before it would be kept after it."""
    row = "OLD" if act == "DELETE" else "NEW"
    trigger = f"CREATE TRIGGER {name}_forgets_{act.lower()} AFTER {act}{of} ON {name} FOR EACH ROW"
    if op.get_bind().dialect.name == "sqlite":
        gone = f"DELETE FROM standings WHERE person_id = {row}.{whose}"
        op.execute(f"{trigger} BEGIN {gone}; END")
    else:
        op.execute(f"{trigger} EXECUTE FUNCTION forget_standings('{whose}')")


def function(name: str, does: str, returns: str = "trigger", how: str = "") -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS {returns} LANGUAGE plpgsql{how} "
        f"AS $$ BEGIN {does} END $$"
    )


def upgrade() -> None:
    TABLES.create_all(op.get_bind(), checkfirst=False)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        function(
            "refuse_history_change",
            "RAISE EXCEPTION '%: history is never changed', TG_TABLE_NAME USING ERRCODE = '23514';",
        )
        whose = "(to_jsonb(COALESCE(NEW, OLD)) ->> TG_ARGV[0])::integer"
        function(
            "forget_standings",
            f"PERFORM 1 FROM people WHERE id = {whose} FOR NO KEY UPDATE; "
            f"DELETE FROM standings WHERE person_id = {whose}; RETURN NULL;",
        )
    for name in FORGETTING:
        for act in ("INSERT", "UPDATE", "DELETE"):
            forget(name, act)
    forget("reviews", "UPDATE", " OF closed_at", "learner_id")
    guard("people", "UPDATE", " OF email", READDRESSING, "NEW")
    for name in sorted(GROWING | {*FROZEN, *GOING, *CHANGING}):
        of = f" OF {FROZEN[name]}" if name in FROZEN else ""
        guard(name, "UPDATE", of, CHANGING.get(name), "NEW")
        guard(name, "DELETE", "", GOING.get(name), "OLD")
        if is_postgresql:
            op.execute(
                f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
            )


def downgrade() -> None:
    TABLES.drop_all(op.get_bind(), checkfirst=False)
    if op.get_bind().dialect.name == "postgresql":
        conditional = {f"{name}_no_update" for name in CHANGING}
        conditional |= {"people_no_update", *(f"{name}_no_delete" for name in GOING)}
        for name in sorted({"refuse_history_change", "forget_standings", *conditional}):
            op.execute(f"DROP FUNCTION {name}()")
