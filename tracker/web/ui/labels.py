"""Words that several pages have, and the audit as well: roles, pages, decisions, reasons."""

from flask_babel import lazy_gettext as _l

from tracker.frameworks.versions.rules import Decision
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.roles import Role

LOOKED_AT = {
    "evidence": _l("Evidence"),
    "profile": _l("Profile"),
    "review": _l("Review"),
    "team": _l("Team page"),
    "gaps": _l("Team gaps"),
    "gaps_people": _l("Team gaps by name, as a file"),
    "round": _l("Round"),
}
"""Kinds of pages that note who looked; another kind is shown by its key."""

AS_ROLE = {
    Role.LEARNER: _l("as learner"),
    Role.SUPERVISOR: _l("as supervisor"),
    Role.COORDINATOR: _l("as coordinator"),
}

AS_READER = {
    "supervisor": AS_ROLE[Role.SUPERVISOR],
    "coordinator": AS_ROLE[Role.COORDINATOR],
    "deputy": _l("as backup reviewer"),
}
"""What made somebody's record another's to see."""

DECISIONS = {
    Decision.RATE: _l("Rate it"),
    Decision.LEAVE_OUT: _l("Don’t rate it"),
    Decision.ASK_HR: _l("Ask HR"),
}

ERASED_BECAUSE = {
    ErasureReason.NAMES_PATRON: _l("It names a patron"),
    ErasureReason.NAMES_COWORKER: _l("It names a coworker"),
    ErasureReason.PRIVATE: _l("It is a private matter"),
    ErasureReason.WRONG_FILE: _l("It is the wrong file or text"),
    ErasureReason.OTHER: _l("Another reason"),
}
