"""What a review was about, as one number: a salted SHA-256 over the canonical content of each item."""

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Fit(StrEnum):
    """Whether what is stored still is what an endorsement was given for. *Erased*: its owner had text of it erased,
    so that nobody can tell."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
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
    """All that the reviewer judges and the learner said, of one statement."""

    person_id: int
    statement_uuid: str
    framework_slug: str
    framework_version: str
    statement_text: str
    answer: str
    answer_text: str
    note: str
    evidence: tuple[ReviewedEvidence, ...]


def reviewed_digest(salt: str, content: ReviewedContent) -> str:
    """Hexadecimal SHA-256 of the salt and the content as canonical JSON (UTF-8, keys sorted, no spaces).

    The order of the evidence does not matter. Without the salt the digest says nothing about the content: the answers
    are few enough to try. Erasing the salt makes it a number that fits nothing.
    """
    facts = asdict(content)
    facts["evidence"] = sorted(facts["evidence"], key=lambda each: int(each["version_id"]))
    canonical = json.dumps([salt, facts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
