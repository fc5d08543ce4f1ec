"""What is stored. Each name below is a table; relationships point from child to parent, by id."""

from tracker.models.audit import AuditEvent, AuditEventDetail, Erasure, Look
from tracker.models.drafts import Draft
from tracker.models.erasures import EvidenceErasure, FileRemoval, HeldText, LegalHold
from tracker.models.evidence import (
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    StoredFile,
)
from tracker.models.frameworks import (
    Anchor,
    Citation,
    Correction,
    Domain,
    Framework,
    Level,
    NotRatedHere,
    ScaleAnswer,
    SensitiveDecision,
    Source,
    Statement,
    Strand,
)
from tracker.models.idempotency import Submission
from tracker.models.notifications import Notice, NoticeChoice, OutboxMail
from tracker.models.operations import BackupTest, MailTest
from tracker.models.people import (
    Invitation,
    Library,
    Membership,
    Person,
    SignIn,
    Team,
    UseStatement,
    UseStatementReading,
)
from tracker.models.ratings import Rating, RatingEntry
from tracker.models.reviews.endorsements import EndorsementMove
from tracker.models.reviews.exceptions import LevelException, LevelExceptionMove, LevelExceptionText
from tracker.models.reviews.reviews import (
    Confirmation,
    Endorsement,
    EndorsementText,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMessage,
    ReviewMove,
    TrainingAction,
)
from tracker.models.reviews.routing import Deputy, Handover, HandoverText, SecondReading
from tracker.models.rounds import RoleProfile, Round, RoundFramework, Target

__all__ = [
    "Anchor",
    "AuditEvent",
    "AuditEventDetail",
    "BackupTest",
    "Citation",
    "Confirmation",
    "Correction",
    "Deputy",
    "Domain",
    "Draft",
    "Endorsement",
    "EndorsementMove",
    "EndorsementText",
    "Erasure",
    "Evidence",
    "EvidenceErasure",
    "EvidenceLink",
    "EvidenceText",
    "EvidenceVersion",
    "FileRemoval",
    "Framework",
    "Handover",
    "HandoverText",
    "HeldText",
    "Invitation",
    "LegalHold",
    "Level",
    "LevelException",
    "LevelExceptionMove",
    "LevelExceptionText",
    "Library",
    "Look",
    "MailTest",
    "Membership",
    "NotRatedHere",
    "Notice",
    "NoticeChoice",
    "OutboxMail",
    "Person",
    "Rating",
    "RatingEntry",
    "Review",
    "ReviewItem",
    "ReviewItemEvidence",
    "ReviewItemText",
    "ReviewMessage",
    "ReviewMove",
    "RoleProfile",
    "Round",
    "RoundFramework",
    "ScaleAnswer",
    "SecondReading",
    "SensitiveDecision",
    "SignIn",
    "Source",
    "Statement",
    "StoredFile",
    "Strand",
    "Submission",
    "Target",
    "Team",
    "TrainingAction",
    "UseStatement",
    "UseStatementReading",
]
