"""What is told, which dates are reminded of, and when mail goes. Whom a move tells stands in
reviews/act/rules."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracker.rules.roles import Role


class NoticeKind(StrEnum):
    REVIEW_SENT = "review_sent"
    ITEM_RETURNED = "item_returned"
    ITEM_REPLIED = "item_replied"
    ITEM_DROPPED = "item_dropped"
    REVIEW_REVEALED = "review_revealed"
    REVIEW_LONGER = "review_longer"
    REVIEW_CLOSED = "review_closed"
    REVIEW_THANKED = "review_thanked"
    REVIEW_HANDED_ON = "review_handed_on"
    DIFFERENCE_CONFIRMED = "difference_confirmed"
    DIFFERENCE_KEPT_APART = "difference_kept_apart"
    NEXT_STEP_GIVEN = "next_step_given"
    REVIEW_DUE_SOON = "review_due_soon"
    REVIEW_OVERDUE = "review_overdue"
    DIFFERENCES_DUE_SOON = "differences_due_soon"
    NEXT_STEP_DUE = "next_step_due"
    ENDORSEMENT_EXPIRING = "endorsement_expiring"
    ENDORSEMENT_REVOKED = "endorsement_revoked"
    EXCEPTION_PROPOSED = "exception_proposed"
    DEPUTY_NAMED = "deputy_named"
    LINK_MADE = "link_made"
    LINK_ASKED = "link_asked"
    LINK_DISOWNED = "link_disowned"
    LINK_DISOWNED_ELSEWHERE = "link_disowned_elsewhere"
    ADDRESS_CHANGED = "address_changed"
    READER_ADDED = "reader_added"
    OBJECTION_MADE = "objection_made"
    OBJECTION_DECIDED = "objection_decided"
    RESET_USED = "reset_used"
    ACCESS_REVIEW_DUE = "access_review_due"
    MERGE_PROPOSED = "merge_proposed"
    VERSION_MOVED = "version_moved"
    PEOPLE_MOVED = "people_moved"
    ROUND_REMINDER = "round_reminder"
    JOB_FAILED = "job_failed"
    RECORD_READY = "record_ready"
    DAILY_WORK_FAILED = "daily_work_failed"


class NoticePage(StrEnum):
    """A page of one's own to which a notice leads."""

    PROFILE = "profile"
    REVIEWS = "reviews"
    ACCOUNT = "account"
    OWN_READERS = "own_readers"
    READERS = "readers"
    ACCESS_REVIEW = "access_review"
    RATING = "rating"
    AUDIT = "audit"
    SYSTEM = "system"
    BACKGROUND = "background"
    OWN_RECORD = "own_record"
    TEAMS = "teams"


LEADS_TO = {
    NoticeKind.ENDORSEMENT_EXPIRING: NoticePage.PROFILE,
    NoticeKind.DEPUTY_NAMED: NoticePage.REVIEWS,
    NoticeKind.LINK_MADE: NoticePage.ACCOUNT,
    NoticeKind.LINK_ASKED: NoticePage.ACCOUNT,
    NoticeKind.LINK_DISOWNED: NoticePage.AUDIT,
    NoticeKind.LINK_DISOWNED_ELSEWHERE: NoticePage.SYSTEM,
    NoticeKind.ADDRESS_CHANGED: NoticePage.ACCOUNT,
    NoticeKind.READER_ADDED: NoticePage.OWN_READERS,
    NoticeKind.OBJECTION_MADE: NoticePage.READERS,
    NoticeKind.OBJECTION_DECIDED: NoticePage.OWN_READERS,
    NoticeKind.RESET_USED: NoticePage.ACCOUNT,
    NoticeKind.ACCESS_REVIEW_DUE: NoticePage.ACCESS_REVIEW,
    NoticeKind.MERGE_PROPOSED: NoticePage.ACCOUNT,
    NoticeKind.VERSION_MOVED: NoticePage.RATING,
    NoticeKind.PEOPLE_MOVED: NoticePage.TEAMS,
    NoticeKind.ROUND_REMINDER: NoticePage.RATING,
    NoticeKind.JOB_FAILED: NoticePage.BACKGROUND,
    NoticeKind.RECORD_READY: NoticePage.OWN_RECORD,
    NoticeKind.DAILY_WORK_FAILED: NoticePage.SYSTEM,
}
"""These lead to a page of one's own, the others to a review."""

DISOWNED = frozenset({NoticeKind.LINK_DISOWNED, NoticeKind.LINK_DISOWNED_ELSEWHERE})
"""Somebody says that they did not ask for a link: told to administrators and operators."""
OF_ANOTHER = DISOWNED | {NoticeKind.DAILY_WORK_FAILED}
"""Their mail is about something else than its reader's own account."""
ALERTS = OF_ANOTHER | {
    NoticeKind.LINK_MADE,
    NoticeKind.LINK_ASKED,
    NoticeKind.ADDRESS_CHANGED,
    NoticeKind.MERGE_PROPOSED,
    NoticeKind.RESET_USED,
}
"""They may be somebody's way into an account, or nobody else would look: mailed at once, whatever
its reader chose, and on Today until they are read."""
ON_TODAY = ALERTS | {
    NoticeKind.READER_ADDED,
    NoticeKind.OBJECTION_DECIDED,
    NoticeKind.JOB_FAILED,
    NoticeKind.RECORD_READY,
}
"""On Today until they are read."""

REMIND_DAYS = 3
"""So many days before its last day something is *due soon*."""
STEP_LATE_DAYS = 7
"""A next step is reminded of on its day, or, where the daily command did not run, so many days
after it at most."""


def happening(what: str, about: int, when: dt.datetime | dt.date) -> str:
    """The key by which one happening makes one notice for a person: "review:12:2026-11-24"."""
    return f"{what}:{about}:{when.isoformat()}"


class MailChoice(StrEnum):
    """When somebody gets their notices by mail. In the application they always stand."""

    EACH = "each"
    DAILY = "daily"
    NONE = "none"


class MailStatus(StrEnum):
    """*Unsure*: handed over, perhaps; it is not sent again by itself. *Failed*: the server will
    never take it. *Dropped*: nothing in it was for them to see any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    UNSURE = "unsure"
    FAILED = "failed"


USUAL_CHOICE = MailChoice.DAILY
DIGEST_AT = dt.time(7)
"""When the daily mail is put together, where the library is."""
MAILED_WITHIN = dt.timedelta(days=14)
"""A notice that nothing has put into a mail for so long is not mailed any more."""
LEASE = dt.timedelta(minutes=10)
"""Whoever took a mail to send has said within this what came of it, or nobody knows."""
LONGEST_WAIT = dt.timedelta(hours=2)


def digest_of(time_zone: str, now: dt.datetime) -> dt.datetime | None:
    """The moment of this day, there, at which daily mail is put together; None while it is still to
    come."""
    here = now.astimezone(ZoneInfo(time_zone))
    moment = dt.datetime.combine(here.date(), DIGEST_AT, ZoneInfo(time_zone)).astimezone(dt.UTC)
    return moment if moment <= now else None


def wait_after(attempts: int) -> dt.timedelta:
    """How long a mail waits after it was not taken so many times: 1 minute, 2, 4 ... LONGEST_WAIT
    at most."""
    return min(dt.timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class VersionNotice:
    """To which `version` somebody was moved, from the one they `left`, or so many `people` whom
    they supervise. `is_back`: it was published before the other.

    Of themselves: how many of the statements that they had rated asked to be rated again then, in
    how many minutes that is done, and how many counted `later`. `levels_changed`: statements came
    into a level, or left it. `is_current`: they are on it."""

    framework: str
    slug: str
    left: str
    version: str
    is_back: bool
    people: int | None = None
    statements: int = 0
    minutes: int = 0
    later: int = 0
    levels_changed: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class RoundNotice:
    """Of which round somebody is reminded, and its last day."""

    name: str
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class ReaderNotice:
    """Who comes to read somebody's record: `since` when they have their account, by which role, who
    gave it ("" for a command), and when the record opens to them; None: not before a decision."""

    email: str
    since: dt.datetime
    role: Role
    team: str
    given_by: str
    opens_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MailLine:
    """One thing in a mail, or in what Today says first. `name`: whom it is about, if anybody."""

    kind: NoticeKind
    name: str
    review_id: int | None
    version: VersionNotice | None = None
    round: RoundNotice | None = None
    reader: ReaderNotice | None = None


@dataclass(frozen=True, slots=True)
class NoticeEmail:
    """What a mail of notices is made from: to whom, and of what. `token` makes its Message-ID, the
    same each time. `is_alert`: it goes at once, whatever its reader chose."""

    mail_id: int
    name: str
    address: str
    token: str
    lines: tuple[MailLine, ...]
    is_alert: bool = False
