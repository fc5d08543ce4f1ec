"""What a review was about, as one number: a salted SHA-256 over the canonical content of each item.
And the seal of the endorsement that came of it."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum


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
    facts["evidence"] = sorted(facts["evidence"], key=lambda each: int(each["version_id"]))
    return _sha256([salt, facts])


def seal(given: EndorsementContent) -> str:
    """Hexadecimal SHA-256 of the same canonical JSON; the moment in UTC, to the microsecond."""
    at = given.endorsed_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return _sha256(asdict(given) | {"endorsed_at": at})


def _sha256(value: object) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
