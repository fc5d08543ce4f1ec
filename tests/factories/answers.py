"""The answers of the scale that most tests use: the first framework's."""

from enum import StrEnum

from tracker.frameworks.versions.rules import Meaning, Scale


class Answer(StrEnum):
    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_SURE = "not_sure"
    NOT_MY_WORK = "not_my_work"


class ReviewerAnswer(StrEnum):
    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_THEIR_WORK = "not_their_work"
    CANNOT_TELL = "cannot_tell"


class EndorsedAnswer(StrEnum):
    NOT_YET = "not_yet"
    PARTLY = "partly"
    CONSISTENTLY = "consistently"
    NOT_MY_WORK = "not_my_work"


MEANING = {
    Answer.NOT_YET: Meaning.NOT_MET,
    Answer.PARTLY: Meaning.NOT_MET,
    Answer.CONSISTENTLY: Meaning.MET,
    Answer.NOT_SURE: Meaning.OPEN,
    Answer.NOT_MY_WORK: Meaning.EXCLUDED,
}
SCALE = Scale.of(MEANING.items())


def words_of(answer: Answer) -> tuple[str, str]:
    """Its label and description in the small framework."""
    label = answer.value.replace("_", " ").capitalize()
    return label, f"About {label}"
