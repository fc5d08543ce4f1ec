"""What the audit page says: the kinds of events in groups, and the facts of an event that are
shown.

Only a kind that stands here is listed, and of its facts only those in SHOWN. Of reviews that is who
acted and when, never what came of it (reviews/act/rules).
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.operations.daily_work.rules import CLOCK_CONFIRMED
from tracker.rules.core.seals import RECORDS_SEALED, ROW_ACCEPTED
from tracker.web.ui.labels import AS_ROLE, DECISIONS, ERASED_BECAUSE, LOOKED_AT

GROUPS = {
    "accounts": _l("Accounts and sign-ins"),
    "people": _l("People and roles"),
    "teams": _l("Teams"),
    "rules": _l("Targets and rounds"),
    "reviews": _l("Reviews"),
    "records": _l("Looks, files, refusals"),
    "running": _l("Settings and running"),
}

KINDS: dict[str, dict[str, Any]] = {
    "accounts": {
        "address_change_asked": _l("Asked to change own email address"),
        "address_taken_back": _l("Former email address restored"),
        "invitation_mailed": _l("Invitation by mail asked for"),
        "link_made": _l("One-time link made"),
        "link_mailed": _l("Link for a new password mailed"),
        "link_printed": _l("One-time link made by command"),
        "link_confirmed": _l("Confirmed that the owner of a link is there"),
        "link_disowned": _l("Said that they didn’t ask for a link"),
        "recovery_code_made": _l("Recovery code made"),
        "recovery_code_used": _l("Recovery code used"),
        "name_changed": _l("Own name changed"),
        "own_address_changed": _l("Own email address changed"),
        "password_changed": _l("Password changed"),
        "password_set": _l("Password set with a link"),
        "reset_asked": _l("New password asked for by mail"),
        "sign_in_ended": _l("Sign-in ended from another device"),
        "sign_in_refused": _l("Sign-in refused"),
        "signed_in": _l("Signed in"),
        "signed_out": _l("Signed out"),
    },
    "people": {
        "administrator_created": _l("First administrator made by command"),
        "administrator_made": _l("Made administrator"),
        "administrator_unmade": _l("No longer administrator"),
        "deputy_ended": _l("No longer backup reviewer"),
        "deputy_named": _l("Backup reviewer added"),
        "legal_hold_ended": _l("Legal hold ended"),
        "legal_hold_set": _l("Legal hold set"),
        "membership_added": _l("Membership added"),
        "membership_corrected": _l("Membership corrected"),
        "membership_ended": _l("Membership ended"),
        "person_added": _l("Person added"),
        "person_disabled": _l("Account disabled"),
        "person_edited": _l("Person edited"),
        "person_enabled": _l("Account enabled"),
        "person_removed": _l("Account deleted"),
        "accounts_merged": _l("Two accounts made one"),
        "merge_proposed": _l("Told that two accounts become one"),
        "merge_objected": _l("Objected that two accounts become one"),
        "operator_made": _l("Made operator by command"),
        "operator_unmade": _l("No longer operator, by command"),
        "framework_editor_made": _l("Made framework editor"),
        "framework_editor_unmade": _l("No longer framework editor"),
        "roster_imported": _l("People imported from a file"),
        "access_reviewed": _l("Checked who can see whose record"),
        "record_opened": _l("Record opened to a reader before its time"),
    },
    "teams": {
        "team_added": _l("Team added"),
        "team_closed": _l("Team closed"),
        "team_moved": _l("Team moved"),
        "team_renamed": _l("Team renamed"),
        "team_reopened": _l("Team reopened"),
        "team_reviews_blinded": _l("Team back to blind-first reviews"),
        "team_reviews_opened": _l("Team changed to open reviews"),
    },
    "rules": {
        "role_profile_added": _l("Job profile added"),
        "role_profile_edited": _l("Job profile edited"),
        "role_profile_restored": _l("Job profile restored"),
        "role_profile_retired": _l("Job profile retired"),
        "round_added": _l("Round added"),
        "round_edited": _l("Round edited"),
        "round_kept": _l("Round kept as it was"),
        "round_reminded": _l("People reminded of a round"),
        "people_moved": _l("People moved to another version"),
        "move_planned": _l("Move to another version planned"),
        "move_canceled": _l("Planned move canceled"),
        "planned_move_done": _l("People moved to another version as planned"),
        "statement_left_out": _l("Statement left out of rating"),
        "statement_taken_in": _l("Statement rated again"),
        "sensitive_decided": _l("Statement on personal matters decided"),
        "use_statement_published": _l("How ratings are used: version published"),
        "correction_closed": _l("Suggested correction closed"),
        "framework_draft_made": _l("Framework: draft of a version made"),
        "framework_draft_discarded": _l("Framework: draft discarded"),
        "framework_changes_decided": _l("Framework: changes in a draft decided"),
        "framework_imported": _l("Framework: version published"),
        "origin_added": _l("Framework: origin of a statement added"),
        "framework_sources_moved": _l("Framework: addresses of sources changed"),
        "framework_version_hidden": _l("Framework: version hidden"),
        "framework_version_shown": _l("Framework: version shown again"),
        "framework_version_withdrawn": _l("Framework: version withdrawn"),
    },
    "reviews": {
        "review_sent": _l("Review sent"),
        "review_withdrawn": _l("Review withdrawn"),
        "review_answered": _l("Answer given in a review"),
        "review_returned": _l("Question asked in a review"),
        "review_replied": _l("Question answered in a review"),
        "review_dropped": _l("Statement dropped from a review"),
        "review_handed_on": _l("Review reassigned"),
        "review_revealed": _l("Review revealed"),
    },
    "records": {
        "looked": _l("Record looked at"),
        "downloaded": _l("Taken out as a file"),
        "evidence_erased": _l("Evidence erased"),
        "unsent_erased": _l("Unsent ratings and drafts erased"),
        "refused": _l("Refused"),
        "not_recorded": _l("Happened without being recorded"),
    },
    "running": {
        "backup_restored": _l("Library restored from a backup"),
        "library_edited": _l("Library settings changed"),
        "mail_again": _l("Mail of notices sent once more"),
        "mail_arrived": _l("Test message arrived"),
        "mail_tested": _l("Test message sent"),
    },
}

NOT_LISTED = frozenset(
    {
        "review_went_on",
        "review_thanked",
        "review_thanks_withdrawn",
        "endorsement_given",
        "endorsement_superseded",
        "endorsement_suspended",
        "endorsement_expired",
        "endorsement_revoked",
        "exception_moved",
        RECORDS_SEALED,
        CLOCK_CONFIRMED,
        ROW_ACCEPTED,
        "reader_objected",
        "objection_opened",
        "objection_kept_closed",
    }
)
"""Kinds that are recorded and not listed: they would tell something of answers, or who thanked
whom, or belong to no library. Nor is it listed who objected to a reader: an administrator may be
that reader, or who gave the role, and neither is told."""

BY_NOBODY = {
    "planned_move_done": _l("Skills Tracker"),
    "not_recorded": _l("Skills Tracker"),
    "round_kept": _l("Skills Tracker"),
    "sign_in_refused": _l("nobody signed in"),
}
"""Who it was, where no account did it; any other kind comes from a command on the server."""

WORDS = {kind: words for group in KINDS.values() for kind, words in group.items()}

RECORDS = {
    "library": _l("a page for other roles"),
    "person": _l("a person"),
    "evidence": _l("evidence"),
    "review": _l("a review"),
    "item": _l("a statement in a review"),
    "deputy": _l("a backup reviewer"),
    "draft": _l("a draft"),
    "version": _l("a version of a framework"),
    "job": _l("work in the background"),
    "endorsement": _l("a reviewed rating"),
    "team": _l("a team"),
    "mail": _l("a mail of notices"),
    "membership": _l("a membership"),
    "not_rated": _l("a statement left out of rating"),
    "role_profile": _l("a job profile"),
    "roster": _l("an import of people"),
    "round": _l("a round"),
    "sign_in": _l("a sign-in"),
    "correction": _l("a suggested correction"),
    "opening": _l("a new reader of a record"),
    "link": _l("a one-time link"),
}
"""What a door was asked for (web/http/access), for refusals."""

MADE_BY = {
    "profiles": _l("profile"),
    "teams": _l("team gaps"),
    "gap_files": _l("team gaps"),
    "gap_drill": _l("who is below target"),
    "team_rounds": _l("round"),
    "reviews": _l("differences"),
    "rating_lists": _l("imported ratings"),
    "rosters": _l("people file"),
    "access_review": _l("access review"),
    "evidence": _l("evidence file"),
    "framework_draft_files": _l("draft of a framework version"),
    "framework_drafts": _l("draft of a framework version"),
    "frameworks": _l("statements of a framework"),
}
"""What was taken out, by the part of the application that made the file."""

FORMS = {
    "csv": _l("CSV"),
    "json": _l("JSON"),
    "pdf": _l("PDF"),
    "tsv": _l("TSV"),
    "xlsx": _l("XLSX"),
}
"""What kind of file it was; another is shown as its name ended."""

MEANT: dict[str, Mapping[Any, Any]] = {
    "role": AS_ROLE,
    "page": LOOKED_AT,
    "what": MADE_BY,
    "form": FORMS,
    "decision": DECISIONS,
    "decision_before": DECISIONS,
    "reason": ERASED_BECAUSE,
    "kept": {"legal_hold": _l("hidden while a legal hold is open")},
}
"""Facts that are stored as a key, with the words of each."""

SHOWN = {
    "team": "%(fact)s",
    "role_profile": "%(fact)s",
    "round": "%(fact)s",
    "frameworks": "%(fact)s",
    "statement": "%(fact)s",
    "decision_before": _l("before: %(fact)s"),
    "decision": _l("now: %(fact)s"),
    "targets_reason": "%(fact)s",
    "before": _l("before: %(fact)s"),
    "after": _l("now: %(fact)s"),
    "on": _l("on %(fact)s"),
    "role": "%(fact)s",
    "page": "%(fact)s",
    "people": _l("people: %(fact)s"),
    "what": "%(fact)s",
    "form": "%(fact)s",
    "version": _l("version %(fact)s"),
    "reason": "%(fact)s",
    "kept": "%(fact)s",
    "members": _l("memberships ended: %(fact)s"),
    "looks": _l("looks: %(fact)s"),
    "sign_ins_refused": _l("refused sign-ins: %(fact)s"),
    "files": _l("files: %(fact)s"),
    "former_name": _l("former name: %(fact)s"),
    "account": _l("account %(fact)s"),
    "refusals": _l("refusals: %(fact)s"),
    "reminded": _l("people: %(fact)s"),
}
"""Which facts of an event are shown, and how."""


def who(kind: str, actor: str | None) -> str:
    """The name of who did it, or what did it without an account."""
    return actor or str(BY_NOBODY.get(kind, _l("a command on the server")))


def facts(kind: str, stored: Mapping[str, Any]) -> str:
    """The facts of an event that are shown, in words."""
    told = [
        str(words) % {"fact": MEANT.get(key, {}).get(stored[key], stored[key])}
        for key, words in SHOWN.items()
        if stored.get(key) is not None
    ]
    if kind == "refused" and "record" in stored:
        told.append(str(RECORDS[stored["record"]]))
    return " · ".join(told)
