"""The answers, what they count as, and the other short lists of words that rows store as text."""

from enum import StrEnum


class Answer(StrEnum):
    """A learner's answer to "Do you do this?". A framework's scale gives each its label and
    description."""

    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_SURE = "not_sure"
    NOT_MY_WORK = "not_my_work"


class ReviewerAnswer(StrEnum):
    """A supervisor's answer to "I had the chance to see it, and they do this"."""

    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_THEIR_WORK = "not_their_work"
    CANNOT_TELL = "cannot_tell"


class EndorsedAnswer(StrEnum):
    """What an endorsement can say: an answer that both voices share."""

    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_MY_WORK = "not_my_work"


class Meaning(StrEnum):
    """What an answer counts as when a level is worked out."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    EXCLUDED = "excluded"


class Voice(StrEnum):
    """Whose answers a level is worked out from. The two are never averaged."""

    SELF = "self"
    ENDORSED = "endorsed"


class Basis(StrEnum):
    """How a rating came about."""

    RATED = "rated"
    CONFIRMED = "confirmed"
    CARRIED = "carried"
    IMPORTED = "imported"
    INFERRED = "inferred"


class Ground(StrEnum):
    """How the reviewer knows."""

    SAW_IT = "saw_it"
    SAW_PRODUCT = "saw_product"
    WAS_TOLD = "was_told"
    EVIDENCE_ONLY = "evidence_only"


class EvidenceKind(StrEnum):
    NOTE = "note"
    LINK = "link"
    FILE = "file"


MEANING: dict[Answer, Meaning] = {
    Answer.NOT_YET: Meaning.NOT_MET,
    Answer.PARTLY: Meaning.NOT_MET,
    Answer.CONSISTENTLY: Meaning.MET,
    Answer.NOT_SURE: Meaning.OPEN,
    Answer.NOT_MY_WORK: Meaning.EXCLUDED,
}

AGREED: dict[ReviewerAnswer, Answer] = {
    ReviewerAnswer.NOT_YET: Answer.NOT_YET,
    ReviewerAnswer.PARTLY: Answer.PARTLY,
    ReviewerAnswer.CONSISTENTLY: Answer.CONSISTENTLY,
    ReviewerAnswer.NOT_THEIR_WORK: Answer.NOT_MY_WORK,
}
"""The learner's answer that each reviewer's answer is equal to; *cannot tell* equals none."""
