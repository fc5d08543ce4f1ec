"""What is kept about people, column by column: whether its owner downloads it, what becomes of it,
and for which kind of record it is kept. The download, the erasing, the deletion of an account, and
docs/reference/personal-data.md are read from these lines.

A table from which a foreign key leads to a person is declared here, with each of its columns; a
test compares the lines with the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select

from tracker.db import Base


class Kept(StrEnum):
    """The kind of record that a table is kept for."""

    RATING = "rating"
    EVIDENCE = "evidence"
    REVIEW = "review"
    LOOK = "look"
    AUDIT = "audit"
    ROUND = "round"
    ACCOUNT = "account"
    MAIL = "mail"
    UPLOAD = "upload"
    LIBRARY = "library"


class Ends(StrEnum):
    """What becomes of the rows of a table."""

    UNSENT = "Erased at once by its owner while no review rests on it; then kept with the review."
    WITH_EVIDENCE = "Erased by its owner at any time, also where a review used it."
    OWN = "Erased at once by its owner, or by the program when nobody went on with it."
    REVIEWED = "Kept: a review rests on it. What was written of evidence goes with the evidence."
    PROOF = "Kept: shows what was done and when, and says nothing of what was written."
    FIGURES = "Kept: the figures of a round. They name the account, which may have no name anymore."
    AUDIT = "Kept: the audit trail has no gaps."
    LIBRARY = "Kept: says who decided for the library."
    ACCOUNT = "Kept with the account."
    PASSING = "Deleted by the program when it has served its time."
    LOCKED = "Kept locked, out of sight of everybody, until the legal hold ends; then erased."
    DERIVED = "Worked out from other lines, and gone with them."


class Left(StrEnum):
    """Why a column isn't downloaded."""

    NUMBER = "a number inside the program"
    WHOSE = "says whose it is"
    HASHED = "kept only as a fingerprint of a password, code, or link"
    SEAL = "shows that nothing was changed; without a meaning of its own"
    DOUBLE = "worked out from other lines of this list"
    OTHERS = "about what somebody else did, or may keep to themselves"
    WORK = "how the program does its work"
    LOCKED = "a copy that a law asks for, kept out of sight"


@dataclass(frozen=True, slots=True)
class Personal:
    """`ways`: how a row leads to its owner, each the columns from foreign key to foreign key, the
    last of which names a person. None: nobody owns it, it only says who did something.

    `taken`: the columns that its owner downloads. `left`: why the others aren't. `goes`: with a row
    of these columns that names an account never used, the row is deleted with the account; `stays`:
    such a row is no use of an account, and stays. Any other column that names a person is a use.
    """

    kept: Kept
    ends: Ends
    ways: tuple[str, ...]
    taken: tuple[str, ...]
    left: dict[str, Left]
    goes: tuple[str, ...]
    stays: tuple[str, ...]


LINES = """\
ratings: rating, unsent, by person_id
  taken: statement_id answer basis own_note reviewer_note rated_at given_on noted_at
  double: skill_id version
rating_entries: rating, unsent, by person_id
  taken: statement_id version answer basis rated_at given_on
  double: skill_id
drafts: rating, own, by person_id
  taken: form subject fields saved_at
standings: rating, derived, by person_id
  double: framework_id basis changes_on revealed reviewed not_met excepted
  goes: person_id
person_versions: rating, proof, by person_id
  taken: framework_id moved_at moved_on
  double: slug
  others: moved_by_id
  stays: person_id
evidence: evidence, with_evidence, by person_id
  taken: kind version created_at changed_at archived_at
evidence_versions: evidence, proof, by evidence_id person_id
  taken: evidence_id number made_at
evidence_texts: evidence, with_evidence, by person_id
  taken: version_id title text url file_id done_on
evidence_links: evidence, with_evidence, by evidence_id person_id
  taken: evidence_id statement_id reason linked_at
  double: skill_id
stored_files: evidence, with_evidence, by person_id
  taken: name size media_type sha256
erasures: evidence, proof, by person_id
  taken: opened_at closed_at
  number: numbers
evidence_erasures: evidence, proof, by erasure_id person_id
  taken: version_id erasure_id reason erased_at
legal_holds: evidence, proof, by person_id
  taken: began_at ended_at
  others: why set_by_id ended_by_id
held_texts: evidence, locked, by owner_id | author_id
  locked: source row_id file_id content
reviews: review, reviewed, by learner_id
  taken: reviewer_id team_id framework_id round_id status open sent_at due_on revealed_at
    differences_due_on closed_at withdrawn_at
  double: due_from differences_from
review_items: review, reviewed, by review_id learner_id
  taken: review_id statement_id position status learner_answer learner_answer_label
    learner_answer_description rated_at reviewer_answer ground revealed_at
  double: skill_id rating_version
  seal: digest
  others: version answered_at
review_item_texts: review, reviewed, by item_id review_id learner_id
  taken: item_id learner_note reviewer_note
review_item_evidence: review, reviewed, by item_id review_id learner_id
  taken: item_id version_id reason
review_messages: review, reviewed, by item_id review_id learner_id
  taken: item_id author_id text written_at
review_moves: review, proof, by review_id learner_id
  others: item_id move actor_id before after moved_at
confirmations: review, reviewed, by person_id
  taken: item_id answer reason confirmed_at
difference_choices: review, reviewed, by person_id
  taken: item_id kind answer reason chosen_at
training_actions: review, reviewed, by item_id review_id learner_id | owner_id
  taken: item_id owner_id text due_on created_at done_at
thanks: review, reviewed, by review_id learner_id
  taken: review_id from_learner text written_at
revealed_answers: review, reviewed, by person_id
  taken: statement_id answer revealed_at
  double: skill_id
endorsements: review, reviewed, by person_id
  taken: statement_id endorser_id item_id answer status endorsed_at ended_at
  double: skill_id rating_version
  seal: digest
endorsement_texts: review, reviewed, by endorsement_id person_id
  taken: endorsement_id reason
endorsement_moves: review, proof, by endorsement_id person_id
  double: before after moved_at
  others: actor_id
level_exceptions: review, reviewed, by person_id
  taken: statement_id rank item_id proposer_id confirmer_id status proposed_at agreed_at
    ended_at
  double: skill_id domain_id
level_exception_texts: review, reviewed, by exception_id person_id
  taken: exception_id reason end_reason
level_exception_moves: review, proof, by exception_id person_id
  double: before after moved_at
  others: actor_id
handovers: review, proof, by review_id learner_id
  taken: review_id from_review_id
handover_texts: review, reviewed, by review_id review_id learner_id
  others: note
second_readings: review, proof, by review_id learner_id
  taken: review_id endorsement_id
looks: look, proof, by owner_id
  taken: reader_id kind looked_on
  stays: owner_id
record_openings: look, account, by person_id
  taken: reader_id role team_id given_at told_at opens_at objected_at decision decided_at
  others: given_by_id opened_by_id decided_by_id
  goes: person_id reader_id
audit_events: audit, audit, by subject_id
  others: sequence library_id actor_id kind happened_at
  seal: commitment previous digest
  stays: subject_id
audit_event_details: audit, audit, by event_id subject_id
  others: facts
snapshot_people: round, figures, by person_id
  taken: snapshot_id framework_id revealed reviewed not_met excepted
  number: jobs
  stays: person_id
figure_groups: round, figures, by person_id
  taken: round_id team_id
  stays: person_id
counted_outcomes: round, figures, by person_id
  taken: round_id team_id slug domain_key voice state reviewed_at as_of is_implied
  stays: person_id
people: account, account, by id
  taken: name email staff_id library_id administrator operator framework_editor
    covers_screen offers_updates gives_second_opinions updates_not_before ready_at
    disabled_at created_at
  hashed: password_hash
  double: sort_name
  others: removed_at
memberships: account, account, by person_id
  taken: team_id role role_profile_id job weekly_hours starts_on ends_on
  goes: person_id
away_periods: account, passing, by person_id
  taken: starts_on until_on
deputies: account, account, by supervisor_id | deputy_id
  taken: supervisor_id deputy_id starts_on ends_on named_at ended_at
  goes: deputy_id
account_merges: account, proof, by kept_id | earlier_id
  taken: kept_id earlier_id asked_at
  others: asked_by_id outcome decided_at library_id
address_changes: account, account, by person_id
  taken: former_email new_email asked_at confirmed_at ended_at
  hashed: confirm_hash take_back_hash
  others: by_id
  goes: person_id
former_addresses: account, passing, by person_id
  taken: email until_at
  goes: person_id
invitations: account, account, by person_id
  taken: kind made_at ends_at opens_at confirmed_at used_at disowned_at closed_at
  hashed: token_hash
  others: by_id confirmed_by_id
  goes: person_id
recovery_codes: account, account, by person_id
  taken: made_at
  hashed: code_hash
sign_ins: account, account, by person_id
  taken: agent started_at seen_at ended_at on_shared_desk
  hashed: token_hash former_hash
  work: ends_at renews former_until
reset_requests: account, passing
  work: email asked_at
submissions: account, passing, by person_id
  hashed: key_sha256 body_sha256
  work: accepted_at status location messages
use_statement_readings: account, proof, by person_id
  taken: use_statement_id read_at
notices: mail, account, by person_id
  taken: kind review_id about_id people round_id happened_at read_at
  work: happening version_id to_mail mail_id
  goes: person_id about_id
notice_choices: mail, account, by person_id
  taken: mail chosen_at
outbox_mails: mail, account, by person_id
  taken: digest_on status made_at ended_at
  hashed: token
  work: attempts next_try_at claimed_at reason said
  goes: person_id
alert_mails: mail, passing, by mail_id person_id
  taken: mail_id address
  work: notice_id
link_mails: mail, passing, by mail_id person_id
  taken: mail_id kind
  others: by_id address
  work: at_once change_id
mail_tests: mail, library, by person_id
  taken: outcome sent_at arrived_at
  hashed: code_hash
  work: library_id reason said
roster_imports: upload, passing, by person_id
  taken: file_name state uploaded_at imported_at
  work: library_id sheet headings columns meanings never_stored makes_teams
  seal: plan_digest
roster_rows: upload, passing, by person_id
  others: import_id number cells verdict title problems changes
  goes: person_id
jobs: upload, passing, by person_id
  taken: kind asked_at state ended_at
  work: library_id arguments total done tries seen_at next_try_at reason file_name
    grounds_sha256
  hashed: claim_token
job_parts: upload, passing, by job_id person_id
  work: number content
job_people: upload, passing, by person_id
  others: job_id
  goes: person_id
corrections: library, library
  others: framework_id statement_id library_id text name email suggested_at closed_at
    closed_by_id outcome
framework_drafts: library, library
  others: slug base_framework_id version content digest origins places made_by_id made_at
    published_framework_id published_at discarded_at
framework_draft_decisions: library, library
  others: draft_id change_key decision carried_to decided_by_id decided_at
library_versions: library, library
  others: library_id slug framework_id set_at set_by_id
not_rated_here: library, library
  others: library_id skill_id reason set_at set_by_id
planned_moves: library, library
  others: library_id slug framework_id planned_at planned_by_id
sensitive_decisions: library, library
  others: library_id skill_id decision decided_at decided_by_id
"""
"""Of each table: what it is kept for, what becomes of it, and its ways; below that its columns. A
row's own number and salt, and the first column of each way, are understood."""


def _read(lines: str) -> Iterator[tuple[str, Personal]]:
    for block in re.split(r"\n(?=\w)", lines.strip()):
        head, *rest = re.sub(r"\n {4}", " ", block).split("\n")
        name, kept, ends, way = [*re.split(": |, by |, ", head), ""][:4]
        ways = tuple(way.split(" | ")) if way else ()
        columns = {
            key: names.split() for key, _, names in (one.strip().partition(": ") for one in rest)
        }
        taken, goes, stays = (tuple(columns.pop(key, ())) for key in ("taken", "goes", "stays"))
        left = {"id": Left.NUMBER, "salt": Left.SEAL} | {one.split()[0]: Left.WHOSE for one in ways}
        for reason, names in columns.items():
            left |= dict.fromkeys(names, Left[reason.upper()])
        left = {column: why for column, why in left.items() if column not in taken}
        yield (
            name,
            Personal(
                kept=Kept(kept),
                ends=Ends[ends.upper()],
                ways=ways,
                taken=taken,
                left=left,
                goes=goes,
                stays=stays,
            ),
        )


PERSONAL = dict(_read(LINES))


def parent_of(column: Column[Any]) -> Table | None:
    """The table that a foreign key names."""
    return next((key.column.table for key in column.foreign_keys), None)


def name_of(column: str) -> str:
    """A column's name in the download: a foreign key's is that of what it leads to."""
    return column.removesuffix("_id")


def naming(which: str) -> Iterator[tuple[Table, Column[Any]]]:
    """The columns that `goes` or `stays` names, with their tables, children before parents."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in PERSONAL:
            yield from ((table, table.c[name]) for name in getattr(PERSONAL[table.name], which))


def owned(table: Table, person_id: int) -> ColumnElement[bool]:
    """Whether a row is that person's, by any of its ways."""
    return or_(*(_leads(table, way.split(), person_id) for way in PERSONAL[table.name].ways))


def _leads(table: Table, way: list[str], person_id: int) -> ColumnElement[bool]:
    column = table.c[way[0]]
    if len(way) == 1:
        return column == person_id
    (key,) = column.foreign_keys
    return column.in_(select(key.column).where(_leads(key.column.table, way[1:], person_id)))
