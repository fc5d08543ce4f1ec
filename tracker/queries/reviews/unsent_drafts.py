"""What a learner typed at statements and has not sent, before these go to a reviewer without it."""

from collections.abc import Collection

from sqlalchemy import String, cast, or_, select

from tracker.db import session
from tracker.models import EvidenceLink, Statement
from tracker.models.record.words import STATEMENTS
from tracker.queries.access import drafts
from tracker.queries.access.drafts import DraftHeader
from tracker.rules.drafts import (
    EVIDENCE_EDIT,
    EVIDENCE_LINK,
    EVIDENCE_LINKS,
    EVIDENCE_NEW,
    RATING,
    statements_in,
)

FORMS = (RATING, EVIDENCE_NEW, EVIDENCE_EDIT, EVIDENCE_LINK, EVIDENCE_LINKS)


def at(person_id: int, statement_ids: Collection[int]) -> list[int]:
    """Those of the statements at which there is a draft of theirs, or to which evidence is linked
    that they began to change."""
    found = drafts.all_fields(person_id, *FORMS)
    skills = {header.subject for header, _fields in found if header.form == RATING}
    named = set[str]().union(
        *(statements_in(header.form, header.subject, fields or ()) for header, fields in found)
    )
    edited = [header.subject for header, _fields in found if header.form == EVIDENCE_EDIT]
    if edited:
        linked = select(EvidenceLink.skill_id).where(
            cast(EvidenceLink.evidence_id, String).in_(edited)
        )
        skills |= {str(each) for each in session().scalars(linked)}
    if not skills and not named:
        return []
    meant = or_(
        cast(Statement.skill_id, String).in_(skills),
        Statement.skill_id.in_(
            select(STATEMENTS.c.skill_id).where(cast(STATEMENTS.c.id, String).in_(named))
        ),
    )
    query = select(Statement.id).where(Statement.id.in_(statement_ids), meant)
    there = set(session().scalars(query))
    return [each for each in statement_ids if each in there]


def unreadable(person_id: int) -> list[DraftHeader]:
    """Those that can't be read, so that nobody knows at which statements they are."""
    found = drafts.all_fields(person_id, *FORMS)
    return [header for header, fields in found if fields is None]
