"""What an endorsement is bound to, as one number: a salted SHA-256 over the canonical content of an
item, and the seal of what came of it. And agreed exceptions to a level: one statement that does not
count there, because learner and supervisor agreed.

Among the reviewed ratings such a statement is left out of *applicable*, as *outside my job* is
(docs/levels.md).
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from tracker.frameworks.versions.rules import Meaning
from tracker.record.sheet.rules import Sheet
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.wording import Wording


class DigestFit(StrEnum):
    """Whether what is stored still is what an endorsement was given for. *Erased*: its owner had
    text of it erased, so that nobody can tell."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    ERASED = "erased"


class SealState(StrEnum):
    """How an endorsement and the seal in the audit's event of its giving go together.

    *Gone*: there is a seal, but no endorsement. *Unsealed*: there is none. *Erased*: what its event
    was about was erased, so that nobody can tell."""

    SEALED = "sealed"
    ALTERED = "altered"
    GONE = "gone"
    UNSEALED = "unsealed"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class ReviewedEvidence:
    """A version of evidence as sent; `file_sha256` is "" where there is no file."""

    version_id: int
    reason: str
    title: str
    text: str
    url: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class ReviewedContent:
    """All that the reviewer judges and the learner said, of one statement. The answer's label and
    description are those of its scale at sending."""

    person_id: int
    statement_uuid: str
    framework_slug: str
    framework_version: str
    statement_text: str
    answer: str
    answer_label: str
    answer_description: str
    note: str
    evidence: tuple[ReviewedEvidence, ...]


@dataclass(frozen=True, slots=True)
class EndorsementContent:
    """What an endorsement says, and what its reviewer had answered. The part of the item is None
    where it is gone."""

    item_digest: str | None
    endorser_id: int
    person_id: int
    statement_id: int
    answer: str
    reviewer_answer: str | None
    ground: str | None
    endorsed_at: dt.datetime


def reviewed_digest(salt: str, content: ReviewedContent) -> str:
    """Hexadecimal SHA-256 of the salt and the content as canonical JSON (UTF-8, keys sorted, no
    spaces).

    The order of the evidence does not matter. Without the salt the digest says nothing about the
    content: the answers are few enough to try. Erasing the salt makes it a number that fits
    nothing.
    """
    facts = asdict(content)
    words = (facts.pop("answer_label"), facts.pop("answer_description"))
    facts["answer_text"] = "\n".join(words)
    facts["evidence"] = sorted(facts["evidence"], key=lambda piece: int(piece["version_id"]))
    return _sha256([salt, facts])


def seal(given: EndorsementContent) -> str:
    """Hexadecimal SHA-256 of the same canonical JSON; the moment in UTC, to the microsecond."""
    at = given.endorsed_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return _sha256(asdict(given) | {"endorsed_at": at})


def _sha256(value: object) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


class ExceptionStatus(StrEnum):
    """*Agreed* counts. *Ended*: a newer endorsement of the statement took its place."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class TakenBack(StrEnum):
    """What a withdrawal ends: an exception that counted, or a proposal, by its proposer or by the
    other side."""

    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    PROPOSAL = "proposal"


OPEN = frozenset({ExceptionStatus.PROPOSED, ExceptionStatus.AGREED})
"""At most one of these for a person and a level of a domain."""


def taken_back(status: ExceptionStatus, *, by_proposer: bool) -> TakenBack:
    """What withdrawing an exception of that status ends."""
    if status is not ExceptionStatus.PROPOSED:
        return TakenBack.WITHDRAWN
    return TakenBack.PROPOSAL if by_proposer else TakenBack.DECLINED


def may_be_excepted(status: ItemStatus | None, endorsed: Meaning | None) -> bool:
    """What was revealed and is not met: it differs, was kept apart, or was endorsed below met.
    `endorsed` is the answer that came of an *endorsed* item."""
    if status is ItemStatus.ENDORSED:
        return endorsed is Meaning.NOT_MET
    return status in (ItemStatus.DIFFERS, ItemStatus.KEPT_APART)


@dataclass(frozen=True, slots=True)
class AgreedException:
    """One that counts. `learner` and `other` agreed on it; `reason` is "" where it was erased."""

    statement_id: int
    domain_id: int
    rank: int
    code: str
    title: Wording
    reason: str
    on: dt.datetime
    learner: str
    other: str

    @property
    def names(self) -> tuple[str, str]:
        return self.learner, self.other


def agreed(sheet: Sheet, learner: str) -> list[AgreedException]:
    """What counts for the learner of that name, in the framework's order."""
    return [
        AgreedException(
            statement_id=line.statement.id,
            domain_id=line.statement.domain_id,
            rank=line.statement.rank,
            code=line.statement.code,
            title=line.statement.title,
            reason=line.exception.reason,
            on=line.exception.on or line.exception.at,
            learner=learner,
            other=line.exception.who,
        )
        for line in sheet.counted
        if line.exception is not None
    ]
