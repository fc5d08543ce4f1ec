"""The words of reviews: answers, grounds and statuses as each side reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l

from tracker.frameworks.versions.rules_scale import (
    CANNOT_TELL,
    NOT_MY_WORK,
    NOT_THEIR_WORK,
    Ground,
    Meaning,
    Scale,
    shortcut,
)
from tracker.record.versions.rules import ScaleLabel
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.reviews.review.queries import ReviewHeader
from tracker.reviews.review.rules import RETURN
from tracker.rules.core.wording import Wording

GROUNDS: dict[Ground, Any] = {
    Ground.SAW_IT: _l("I saw it"),
    Ground.SAW_PRODUCT: _l("I saw the result"),
    Ground.WAS_TOLD: _l("Someone told me"),
    Ground.EVIDENCE_ONLY: _l("From the evidence"),
}

HOW_THEY_KNOW: dict[Ground, Any] = {
    Ground.SAW_IT: _l("saw it"),
    Ground.SAW_PRODUCT: _l("saw the result"),
    Ground.WAS_TOLD: _l("told by someone"),
    Ground.EVIDENCE_ONLY: _l("from the evidence"),
}
"""The same after an answer, of either of the two."""

REVIEW_STATUS: dict[ReviewStatus, Any] = {
    ReviewStatus.SENT: _l("Sent"),
    ReviewStatus.IN_REVIEW: _l("In review"),
    ReviewStatus.DIFFERENCES_OPEN: _l("Differences open"),
    ReviewStatus.CLOSED: _l("Closed"),
    ReviewStatus.WITHDRAWN: _l("Withdrawn"),
}

ITEM_STATUS: dict[ItemStatus, Any] = {
    ItemStatus.WAITING: _l("To answer"),
    ItemStatus.RETURNED: _l("Returned"),
    ItemStatus.ANSWERED: _l("Answered"),
    ItemStatus.NOT_OBSERVED: _l("Haven’t seen it"),
    ItemStatus.DROPPED: _l("Dropped"),
    ItemStatus.DIFFERS: _l("Difference"),
    ItemStatus.ENDORSED: _l("Reviewed"),
    ItemStatus.KEPT_APART: _l("No agreement"),
    ItemStatus.HANDED_ON: _l("Reassigned"),
}


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """A card or a pill; `shortcut` is its key inside the focused statement. The last two tell the
    script what an answer asks for."""

    key: str
    label: str
    description: str = ""
    shortcut: str = ""
    needs_no_ground: bool = False
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class ReviewLabels:
    """The labels of one review: the framework's own for the answers it shares, ours for the
    reviewer's two others."""

    scale: dict[str, ScaleLabel]
    name: str
    asked: Wording
    """What the framework asks a reviewer; "" for the usual question."""

    @classmethod
    def of(cls, scale: Iterable[ScaleLabel], header: ReviewHeader | None) -> "ReviewLabels":
        """Without a header they are about nobody by name."""
        words = {word.key: word for word in scale}
        if header is None:
            return cls(words, "", "")
        return cls(words, header.learner_first, header.question)

    def question(self, name: str = "") -> str:
        """What the reviewer answers, of somebody by that name."""
        if self.asked:
            return self.asked
        if name:
            return _("I had the chance to see it, and %(name)s does this …", name=name)
        return _("I had the chance to see it, and this person does it …")

    @property
    def steps(self) -> Scale:
        return Scale.of((key, word.means) for key, word in self.scale.items())

    def means(self, answer: str) -> Meaning:
        """What an answer of either side counts as."""
        return self.steps.meaning(answer)

    def by_reviewer(self, answer: str) -> str:
        """The label of a reviewer's answer."""
        key = str(answer)
        if key == CANNOT_TELL:
            return _("Haven’t seen it")
        if key == NOT_THEIR_WORK:
            return _("Outside their job")
        return self.scale[key].label

    def answers(self) -> list[AnswerChoice]:
        """The graded answers, the two that every reviewer has, and a question."""
        ask = (
            _("Ask %(name)s a question about this one.", name=self.name)
            if self.name
            else _("Ask a question.")
        )
        graded = [
            AnswerChoice(label.key, label.label, label.reviewer_description, label.shortcut)
            for label in self.scale.values()
            if label.step
        ]
        others = {
            CANNOT_TELL: _("No chance to see it."),
            NOT_THEIR_WORK: _("Not part of this job, so not counted."),
        }
        return [
            *graded,
            *(
                AnswerChoice(
                    key, self.by_reviewer(key), text, shortcut(key, 0), needs_no_ground=True
                )
                for key, text in others.items()
            ),
            AnswerChoice(RETURN, _("Return"), ask, "r", is_question=True),
        ]

    def agreed(self, *, by_learner: bool) -> dict[str, Wording]:
        """What the two can agree on, by key, as this side says it."""
        labels = {key: self.scale[key].label for key in self.steps.endorsable}
        return labels if by_learner else {**labels, NOT_MY_WORK: self.by_reviewer(NOT_THEIR_WORK)}


def result_words(same: int, agreed: int, apart: int) -> str:
    """What a review came to: the numbers sum to the first."""
    total = same + agreed + apart
    if not total:
        return _("Nothing was reviewed")
    parts = ", ".join(ended_words(same, agreed, apart))
    return _("%(num)d reviewed: %(parts)s", num=total, parts=parts)


def ended_words(same: int, agreed: int, apart: int) -> list[str]:
    """Nothing of what there is none."""
    counts = (
        (same, _("%(num)d the same", num=same)),
        (agreed, _("%(num)d agreed", num=agreed)),
        (apart, _("%(num)d no agreement", num=apart)),
    )
    return [words for count, words in counts if count]


def grounds() -> list[AnswerChoice]:
    keys = ("a", "s", "d", "f")
    return [
        AnswerChoice(key, str(label), "", at)
        for (key, label), at in zip(GROUNDS.items(), keys, strict=True)
    ]
