"""The roles in a team, and the permissions. What a permission needs is said once, in policy."""

from enum import StrEnum


class Role(StrEnum):
    """A role *in a team*. Administrator is a role in the library, kept with the person."""

    LEARNER = "learner"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"


class Permission(StrEnum):
    """One for each thing that a door can ask. Named noun_verb."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"

    ACCOUNT_OWN = "account_own"
    LINK_CONFIRM = "link_confirm"
    DRAFT_OWN = "draft_own"
    JOB_OWN = "job_own"
    RATE = "rate"
    EVIDENCE_OWN = "evidence_own"
    EVIDENCE_READ = "evidence_read"
    PROFILE_READ = "profile_read"
    PROFILE_REVEALED = "profile_revealed"
    REVIEW_SEND = "review_send"
    REVIEW_READ = "review_read"
    REVIEW_LEARNER = "review_learner"
    REVIEW_ANSWER = "review_answer"
    ENDORSEMENT_OWN = "endorsement_own"
    OPEN_WORK = "open_work"
    DEPUTY_NAME = "deputy_name"
    DEPUTY_OWN = "deputy_own"
    HANDOVER_READ = "handover_read"
    ENDORSEMENT_REVOKE = "endorsement_revoke"
    TEAM_READ = "team_read"
    GAPS_READ = "gaps_read"
    ROUND_READ = "round_read"
    ROUND_REMIND = "round_remind"
    OPENINGS_READ = "openings_read"
    CORRECTIONS_READ = "corrections_read"
    CORRECTION_CLOSE = "correction_close"
    FRAMEWORKS_EDIT = "frameworks_edit"
    OPERATE = "operate"
    ADMINISTER = "administer"
    ADMINISTER_PERSON = "administer_person"
    ADMINISTER_TEAM = "administer_team"
    ADMINISTER_LIBRARY = "administer_library"
