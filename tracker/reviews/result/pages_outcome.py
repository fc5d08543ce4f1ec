"""All that one side gets to see of what a review came to. The page and the document are made of the
same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from tracker.frameworks.versions.rules_scale import Meaning
from tracker.record.endorsements import queries as endorsements
from tracker.record.endorsements.queries import EndorsementOutcome
from tracker.record.endorsements.rules import may_be_excepted
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.differences import queries as differences
from tracker.reviews.differences.queries import ProposedException
from tracker.reviews.review import (
    pages,
    queries_details as item_details,
    queries_items as review_items,
)
from tracker.reviews.review.pages_labels import ReviewLabels
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.queries_details import (
    AgreedNextStep,
    Message,
    SentEvidence,
    SideConfirmation,
)
from tracker.reviews.review.queries_items import Item
from tracker.web.http import access, session


class End(StrEnum):
    """What came of a statement. `SAME`: both gave the same rating; `UNSEEN`: the reviewer had no
    chance to see it; `OPEN`: not revealed."""

    SAME = "same"
    AGREED = "agreed"
    NO_AGREEMENT = "no_agreement"
    DIFFERS = "differs"
    UNSEEN = "unseen"
    DROPPED = "dropped"
    HANDED_ON = "handed_on"
    OPEN = "open"


COUNTED = (End.SAME, End.AGREED, End.NO_AGREEMENT)
"""These sum to what was reviewed."""
COMPARED = (*COUNTED, End.DIFFERS)
"""Of these both had rated the statement when it was revealed."""
OF_STATUS = {
    ItemStatus.KEPT_APART: End.NO_AGREEMENT,
    ItemStatus.DIFFERS: End.DIFFERS,
    ItemStatus.DROPPED: End.DROPPED,
    ItemStatus.HANDED_ON: End.HANDED_ON,
}


def end_of(item: Item) -> End:
    if item.status is ItemStatus.ENDORSED:
        return End.AGREED if item.agreed else End.SAME
    if item.status is ItemStatus.NOT_OBSERVED and item.revealed:
        return End.UNSEEN
    return OF_STATUS.get(item.status, End.OPEN) if item.status else End.OPEN


@dataclass(frozen=True)
class ReviewOutcome:
    """`items` hold nothing that is sealed from this side; what lies beside them is by item.
    `compared`: how many both had rated when they were revealed; `exceptable`: items for which an
    exception may be proposed. What became of a statement since is not told to a reviewer who is to
    rate it anew by itself, or who has come back to a record that is not open to them yet."""

    header: ReviewHeader
    items: list[Item]
    words: ReviewLabels
    is_learner: bool
    compared: int
    evidence: Mapping[int, list[SentEvidence]]
    messages: Mapping[int, list[Message]]
    confirmations: Mapping[int, Mapping[int, SideConfirmation]]
    steps: Mapping[int, list[AgreedNextStep]]
    exceptions: Mapping[int, list[ProposedException]]
    exceptable: frozenset[int]
    given: Mapping[int, EndorsementOutcome]

    @cached_property
    def by_end(self) -> Mapping[str, list[Item]]:
        """Every item once, in order."""
        return {str(end): [item for item in self.items if end_of(item) is end] for end in End}


def review_outcome(header: ReviewHeader, is_learner: bool) -> ReviewOutcome:
    """All that the reader may see of it. A look at somebody else's record is noted."""
    if not is_learner:
        access.note_look(header.learner_id, "review")
    items = (
        review_items.for_learner(header.id) if is_learner else review_items.for_reviewer(header.id)
    )
    ids = [item.id for item in items]
    shown = {item.id for item in items if not is_hidden(header, item, is_learner)}
    words = pages.words_of(header)
    return ReviewOutcome(
        header=header,
        items=items,
        words=words,
        is_learner=is_learner,
        compared=sum(end_of(item) in COMPARED for item in items),
        evidence=item_details.evidence_of(ids),
        messages=item_details.messages_of(ids),
        confirmations=item_details.confirmations(header.id),
        steps=item_details.steps(header.id),
        given={key: of for key, of in endorsements.outcomes(header.id).items() if key in shown},
        exceptions={
            key: of for key, of in differences.exceptions(header.id).items() if key in shown
        },
        exceptable=frozenset(
            item.id
            for item in items
            if item.id in shown
            and (is_learner or header.learner_id not in session.reader().closed)
            and may_be_excepted(item.status, _endorsed(item, words))
        ),
    )


def is_hidden(header: ReviewHeader, item: Item, is_learner: bool) -> bool:
    """Whether what became of its reader's rating would tell them of others since."""
    return not is_learner and session.reader().is_hidden_since(
        header.learner_id, item.statement_id, header.sent_at
    )


def _endorsed(item: Item, words: ReviewLabels) -> Meaning | None:
    """What counts of an endorsed item: what they agreed on, or what both had said."""
    if item.status is not ItemStatus.ENDORSED or item.own is None:
        return None
    return words.means(item.agreed or item.own)
