"""What a learner typed at statements and has not sent, before these go to a reviewer without it."""

from collections.abc import Collection

from sqlalchemy import String, cast, select

from tracker.db import session
from tracker.models import EvidenceLink
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
    named = set[str]().union(
        *(statements_in(header.form, header.subject, fields or ()) for header, fields in found)
    )
    edited = [header.subject for header, _fields in found if header.form == EVIDENCE_EDIT]
    if edited:
        linked = select(EvidenceLink.statement_id).where(
            cast(EvidenceLink.evidence_id, String).in_(edited)
        )
        named |= {str(each) for each in session().scalars(linked)}
    return [each for each in statement_ids if str(each) in named]


def unreadable(person_id: int) -> list[DraftHeader]:
    """Those that can't be read, so that nobody knows at which statements they are."""
    found = drafts.all_fields(person_id, *FORMS)
    return [header for header, fields in found if fields is None]
