"""What keeps each table from being changed past the program, and where nothing does: the one
declaration that triggers, seals, checks, and the list of what nobody sees are read from.

A new table is declared here; a test compares the declarations with the database, and forges a row
of each.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import inspect
from sqlalchemy.orm import InstrumentedAttribute

from tracker.db import Base
from tracker.models.audit import Erasure
from tracker.models.evidence import EvidenceErasure, LegalHold, StoredFile
from tracker.models.frameworks.frameworks import NotRatedHere, SensitiveDecision
from tracker.models.people import (
    AccountMerge,
    Library,
    Membership,
    Person,
    RecordOpening,
    Team,
    UseStatement,
    UseStatementReading,
)
from tracker.models.ratings import RatingEntry
from tracker.models.record.versions import LibraryVersion, PersonVersion
from tracker.models.reviews.endorsements import Endorsement, EndorsementMove
from tracker.models.reviews.exceptions import LevelException, LevelExceptionMove
from tracker.models.reviews.reviews import (
    Confirmation,
    Deputy,
    Handover,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMove,
    SecondReading,
)
from tracker.models.rounds import (
    CountedOutcome,
    FigureGroup,
    RoleProfile,
    Round,
    RoundSnapshot,
    SnapshotPerson,
    Target,
)
from tracker.models.sign_ins import AddressChange, Invitation, RecoveryCode, SignIn


class Rows(StrEnum):
    """What a use case may do with a row that is there; for all but CURRENT triggers see to it."""

    GROWING = "growing"
    """Nothing: it stays as it was written."""
    FROZEN = "frozen"
    """It stays, and so do the columns that say what it is; its status moves."""
    ERASABLE = "erasable"
    """It stays as it was written until an open erasure of its owner (of a held text: the end of
    the hold) takes it away, or what it says. Of a sealed row the erasure's own seal notes that."""
    CURRENT = "current"
    """Anything: it says what stands now."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """What is sealed of a table's rows, and the way to whom they belong: each column names the row
    whose table has the next one, the last a person, or a library.

    `number` stands for the table in seals: it stays, and is never another table's. A row that
    `grows` is never written again, so the first of its seals counts, else the newest. That it has a
    moment in the column `ends` which its seal doesn't know does no harm: it only ended, as every
    way in does in a copy that is restored. A new column is added here only if it is empty in the
    rows that are there, or they are sealed anew.
    """

    number: int
    columns: tuple[str, ...]
    way: tuple[InstrumentedAttribute[int], ...]
    grows: bool
    of_library: bool
    ends: str


@dataclass(frozen=True, slots=True)
class Protection:
    """One of three: a `seal` covers the rows; they are `derived`, so that a check works out from
    what they must be; or a change past the program is `unseen`, with the harm that it does.
    `moving`: the columns of a guarded table that a use case changes."""

    rows: Rows
    moving: str
    seal: SealedTable | None = None
    derived: str = ""
    unseen: str = ""


def sealed(
    number: int,
    columns: str,
    way: tuple[InstrumentedAttribute[int], ...],
    *,
    rows: Rows = Rows.CURRENT,
    moving: str = "",
    grows: bool = False,
    ends: str = "",
) -> Protection:
    seal = SealedTable(
        number=number,
        columns=tuple(columns.split()),
        way=way,
        grows=grows or rows is Rows.GROWING,
        of_library=way[-1].key == "library_id" or way[-1].class_ is Library,
        ends=ends,
    )
    return Protection(rows, moving, seal)


def derived(where: str, *, rows: Rows = Rows.CURRENT, moving: str = "") -> Protection:
    return Protection(rows, moving, derived=" ".join(where.split()))


def unseen(harm: str, *, rows: Rows = Rows.CURRENT, moving: str = "") -> Protection:
    return Protection(rows, moving, unseen=" ".join(harm.split()))


OF_ITEM = (ReviewItem.review_id, Review.learner_id)


def table_with(column: InstrumentedAttribute[int]) -> type[Base]:
    model: type[Base] = inspect(column).parent.class_
    return model


PROTECTIONS = {
    "account_merges": sealed(
        41,
        "library_id kept_id earlier_id asked_by_id asked_at outcome decided_at",
        (AccountMerge.library_id,),
    ),
    "address_changes": sealed(
        39,
        """person_id former_email new_email confirm_hash take_back_hash asked_at confirmed_at
        ended_at by_id""",
        (AddressChange.person_id,),
        ends="ended_at",
    ),
    "alert_mails": unseen("a mail about an account isn't sent"),
    "anchors": unseen("an example of a statement says something else"),
    "audit_event_details": derived(
        "the commitment in the audit’s event, unless an erasure took it", rows=Rows.ERASABLE
    ),
    "audit_events": derived("the chain of the audit", rows=Rows.GROWING),
    "away_periods": unseen("a due date moves by days away that nobody took"),
    "backup_tests": unseen(
        "a backup seems to have passed its test; the next test says how it is", rows=Rows.GROWING
    ),
    "citations": unseen("the source of a statement is another one"),
    "confirmations": sealed(
        28, "item_id person_id answer confirmed_at", (Confirmation.item_id, *OF_ITEM)
    ),
    "corrections": unseen("a suggested correction is gone, or seems closed"),
    "counted_outcomes": sealed(
        22,
        """round_id team_id person_id slug domain_key voice state reviewed_at as_of is_implied""",
        (CountedOutcome.round_id, Round.library_id),
        rows=Rows.GROWING,
    ),
    "daily_parts": unseen("a part of the daily work is done a day later, or once more"),
    "deputies": sealed(
        29, "supervisor_id deputy_id starts_on ends_on named_at ended_at", (Deputy.supervisor_id,)
    ),
    "difference_choices": unseen(
        "a choice of one side that the other hasn't met yet is another one"
    ),
    "domains": derived("the digest that the audit noted of its framework: which key and strand"),
    "drafts": unseen("a half-filled form says something else"),
    "endorsement_moves": sealed(
        8,
        "endorsement_id actor_id before after moved_at",
        (EndorsementMove.endorsement_id, Endorsement.person_id),
        rows=Rows.GROWING,
    ),
    "endorsement_texts": unseen(
        "the reason for a reviewed rating says something else", rows=Rows.ERASABLE
    ),
    "endorsements": sealed(
        7,
        """person_id skill_id statement_id endorser_id item_id answer digest rating_version
        status endorsed_at ended_at""",
        (Endorsement.person_id,),
        rows=Rows.FROZEN,
        moving="status ended_at",
    ),
    "erasures": sealed(
        12,
        "person_id opened_at closed_at numbers",
        (Erasure.person_id,),
        rows=Rows.FROZEN,
        moving="closed_at",
    ),
    "evidence": unseen("evidence seems put away, or of another kind"),
    "evidence_erasures": sealed(
        13,
        "version_id erasure_id reason erased_at",
        (EvidenceErasure.erasure_id, Erasure.person_id),
        rows=Rows.GROWING,
    ),
    "evidence_links": unseen("evidence stands at another statement until it is sent with a review"),
    "evidence_texts": unseen(
        "evidence that no review took along says something else", rows=Rows.ERASABLE
    ),
    "evidence_versions": unseen(
        "evidence that no review took along seems older or newer", rows=Rows.GROWING
    ),
    "figure_groups": sealed(
        21,
        "round_id person_id team_id",
        (FigureGroup.round_id, Round.library_id),
        rows=Rows.GROWING,
    ),
    "file_removals": unseen("an erased file stays on the disk until the leftovers are removed"),
    "former_addresses": unseen("an alert goes to an address that isn't the person's anymore"),
    "framework_draft_decisions": unseen(
        "a draft of a version says something else before it is published"
    ),
    "framework_drafts": unseen("a draft of a version says something else before it is published"),
    "frameworks": derived("the same digest: what a level needs", rows=Rows.FROZEN, moving="status"),
    "handover_texts": unseen(
        "the note to the next reviewer says something else", rows=Rows.ERASABLE
    ),
    "handovers": sealed(
        31, "review_id from_review_id", (Handover.review_id, Review.learner_id), rows=Rows.GROWING
    ),
    "held_texts": unseen(
        "what a legal hold keeps of an erased text says something else", rows=Rows.ERASABLE
    ),
    "invitations": sealed(
        36,
        """person_id token_hash kind made_at ends_at closed_at by_id opens_at confirmed_at
        confirmed_by_id used_at disowned_at""",
        (Invitation.person_id,),
        ends="closed_at",
    ),
    "job_parts": unseen("a file that is being made lacks a part"),
    "job_people": unseen("somebody isn't told of a file about them, or is"),
    "jobs": unseen(
        """the worker makes a file again, or not at all; with a file that waits for its import it
        adds people and roles that nobody approved, in an administrator’s name, as the audit says"""
    ),
    "legal_holds": sealed(
        32,
        "person_id set_by_id began_at ended_by_id ended_at",
        (LegalHold.person_id,),
        rows=Rows.FROZEN,
        moving="ended_at ended_by_id",
    ),
    "level_exception_moves": sealed(
        10,
        "exception_id actor_id before after moved_at",
        (LevelExceptionMove.exception_id, LevelException.person_id),
        rows=Rows.GROWING,
    ),
    "level_exception_texts": unseen(
        "the reason for an exception to a level says something else",
        rows=Rows.ERASABLE,
        moving="end_reason",
    ),
    "level_exceptions": sealed(
        9,
        """person_id skill_id statement_id domain_id rank item_id proposer_id confirmer_id
        status proposed_at agreed_at ended_at""",
        (LevelException.person_id,),
        rows=Rows.FROZEN,
        moving="status confirmer_id agreed_at ended_at",
    ),
    "levels": derived("the same digest: which rank"),
    "libraries": sealed(
        16,
        """time_zone review_days differences_days endorsement_months names_to_coordinators
        names_hidden_at invitation_days idle_minutes hr_email""",
        (Library.id,),
    ),
    "library_versions": sealed(
        18,
        "library_id slug framework_id set_at set_by_id",
        (LibraryVersion.library_id,),
        rows=Rows.GROWING,
    ),
    "limit_counts": unseen("somebody may try a password more often"),
    "link_mails": unseen(
        """a mail with a one-time link isn't sent, or once more; it goes to an address that is
        sealed"""
    ),
    "looks": unseen(
        """who looked at a record is missing on its owner's page, or somebody who didn't look
        stands there; the audit trail still says it""",
        rows=Rows.ERASABLE,
    ),
    "mail_tests": unseen("the test of the mail seems to have gone well"),
    "memberships": sealed(
        15, "person_id team_id role role_profile_id starts_on ends_on", (Membership.person_id,)
    ),
    "not_rated_here": sealed(
        33, "library_id skill_id set_at set_by_id", (NotRatedHere.library_id,)
    ),
    "notice_choices": unseen("somebody gets mails that they didn't want, or none"),
    "notices": unseen("a notice is missing, or says something that didn't happen"),
    "outbox_mails": unseen("a mail isn't sent, or once more"),
    "people": sealed(
        14,
        """library_id administrator operator framework_editor gives_second_opinions
        password_hash disabled_at removed_at email""",
        (Person.id,),
    ),
    "person_versions": sealed(
        11,
        "person_id slug framework_id moved_at moved_on moved_by_id",
        (PersonVersion.person_id,),
        rows=Rows.GROWING,
    ),
    "planned_moves": unseen("people are moved to another version on a day that nobody chose"),
    "rating_entries": sealed(
        1,
        "person_id skill_id statement_id version answer basis rated_at given_on",
        (RatingEntry.person_id,),
        rows=Rows.ERASABLE,
        grows=True,
    ),
    "ratings": derived("the newest entry of the history, but for notes"),
    "record_openings": sealed(
        23,
        """reader_id person_id role team_id given_by_id given_at opens_at opened_by_id
        objected_at decision decided_at decided_by_id""",
        (RecordOpening.person_id,),
    ),
    "recovery_codes": sealed(38, "person_id code_hash made_at", (RecoveryCode.person_id,)),
    "reset_requests": unseen("a forgotten password isn't answered, or an address gets a mail"),
    "revealed_answers": derived("the answers that reviews revealed"),
    "review_item_evidence": sealed(
        5,
        "item_id version_id",
        (ReviewItemEvidence.item_id, *OF_ITEM),
        rows=Rows.ERASABLE,
        moving="reason",
        grows=True,
    ),
    "review_item_texts": sealed(
        4,
        "learner_note reviewer_note",
        (ReviewItemText.item_id, *OF_ITEM),
        rows=Rows.ERASABLE,
        moving="salt learner_note reviewer_note",
    ),
    "review_items": sealed(
        3,
        """review_id skill_id statement_id position status version digest learner_answer
        learner_answer_label learner_answer_description rated_at rating_version
        reviewer_answer ground answered_at revealed_at""",
        OF_ITEM,
        rows=Rows.FROZEN,
        moving="status version position reviewer_answer ground answered_at revealed_at",
    ),
    "review_messages": unseen(
        "a question or answer in a review says something else", rows=Rows.ERASABLE, moving="text"
    ),
    "review_moves": sealed(
        6,
        "review_id item_id move actor_id before after moved_at",
        (ReviewMove.review_id, Review.learner_id),
        rows=Rows.GROWING,
    ),
    "reviews": sealed(
        2,
        """learner_id reviewer_id team_id framework_id round_id status open sent_at revealed_at
        closed_at withdrawn_at""",
        (Review.learner_id,),
        rows=Rows.FROZEN,
        moving="""status revealed_at closed_at withdrawn_at due_on due_from differences_due_on
        differences_from""",
    ),
    "role_profiles": sealed(24, "library_id slug retired_at", (RoleProfile.library_id,)),
    "roster_imports": unseen(
        "a file that waits for its import seems imported, or waits though nobody uploaded it"
    ),
    "roster_memories": unseen("columns of the next file are taken for others"),
    "roster_rows": unseen(
        """a row of a file that waits for its import says something else; whoever imports it sees
        that before"""
    ),
    "round_frameworks": unseen("a round is of another framework"),
    "round_snapshots": sealed(
        19,
        "round_id as_of made_at reconstructed facts",
        (RoundSnapshot.round_id, Round.library_id),
        rows=Rows.GROWING,
    ),
    "rounds": sealed(
        27, "library_id starts_on ends_on ended_unseen figures_on figures_at", (Round.library_id,)
    ),
    "scale_answers": derived("the same digest: which answers count"),
    "seals": derived("each its own chain, whose ends the audit notes daily", rows=Rows.GROWING),
    "second_readings": sealed(
        30,
        "review_id endorsement_id",
        (SecondReading.review_id, Review.learner_id),
        rows=Rows.GROWING,
    ),
    "sensitive_decisions": sealed(
        34, "library_id skill_id decision decided_at decided_by_id", (SensitiveDecision.library_id,)
    ),
    "sign_in_turns": unseen("somebody waits longer in the line to sign in"),
    "sign_ins": sealed(
        37,
        """person_id token_hash started_at ends_at ended_at on_shared_desk former_hash
        former_until""",
        (SignIn.person_id,),
        ends="ended_at",
    ),
    "skill_origins": derived("the same digest", rows=Rows.GROWING),
    "skills": unseen("a skill seems one of another framework", rows=Rows.GROWING),
    "snapshot_people": sealed(
        20,
        "snapshot_id person_id framework_id jobs revealed reviewed not_met excepted",
        (SnapshotPerson.snapshot_id, RoundSnapshot.round_id, Round.library_id),
        rows=Rows.ERASABLE,
        grows=True,
    ),
    "sources": unseen("the source of a statement is called something else"),
    "standings": derived("people’s own pages, by the daily work"),
    "statements": derived("the same digest: which skill, domain, and rank", rows=Rows.GROWING),
    "stored_files": sealed(40, "person_id sha256 size", (StoredFile.person_id,)),
    "strands": derived("the same digest: which key"),
    "submissions": unseen("a form that was sent twice is taken twice, or not at all"),
    "targets": sealed(
        25,
        "role_profile_id strand_key domain_key rank",
        (Target.role_profile_id, RoleProfile.library_id),
    ),
    "teams": sealed(26, "library_id parent_id path open_reviews closed_on", (Team.library_id,)),
    "thanks": unseen("thanks say something else"),
    "training_actions": unseen("what was agreed to learn, or by when, says something else"),
    "use_statement_readings": sealed(
        35,
        "person_id use_statement_id read_at",
        (UseStatementReading.person_id,),
        rows=Rows.GROWING,
    ),
    "use_statements": sealed(
        17,
        "library_id version text published_at opens_statements",
        (UseStatement.library_id,),
        rows=Rows.GROWING,
    ),
}

SEALED_TABLES: dict[type[Base], SealedTable] = {
    table_with(kept.seal.way[0]): kept.seal for kept in PROTECTIONS.values() if kept.seal
}
MEANINGS = {
    "somebody may seem to have rated, reviewed, or endorsed what they didn’t": """rating_entries
        reviews review_items review_item_texts review_item_evidence review_moves endorsements
        endorsement_moves confirmations second_readings stored_files handovers""",
    "a round may tell other figures than it told": """round_snapshots snapshot_people figure_groups
        counted_outcomes""",
    "text may be gone that nobody erased, or may go that a hold keeps": """erasures
        evidence_erasures legal_holds""",
    "levels may come out otherwise": """level_exceptions level_exception_moves targets role_profiles
        not_rated_here sensitive_decisions person_versions library_versions""",
    "somebody may read what they may not, or be kept from what they may": """memberships
        record_openings deputies libraries teams use_statements use_statement_readings rounds""",
    "somebody may get in as another person, or with rights that nobody gave": """people invitations
        sign_ins recovery_codes address_changes account_merges""",
}
"""What it may mean that a row of these tables says something else than its seal."""
MEANING = {name: meaning for meaning, names in MEANINGS.items() for name in names.split()}
DECIDING = tuple(
    model for model in SEALED_TABLES if MEANING[model.__tablename__] in list(MEANINGS)[-3:]
)
"""What decides about levels, who may read, and who gets in: the last three."""


def tables(rows: Rows) -> frozenset[str]:
    return frozenset(name for name, kept in PROTECTIONS.items() if kept.rows is rows)
