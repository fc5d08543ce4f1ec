"""What a notice says and where it leads, in the application and by mail: who, and what happened;
never an answer, a statement or a count, but how many ask to be rated again in a new version."""

from flask import url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.notifications.notices.queries import ListedNotice
from tracker.profiles.growth.pages import fall_words
from tracker.rules.core.notices import (
    LEADS_TO,
    MailLine,
    NoticeKind,
    NoticePage,
    ReaderNotice,
    RoundNotice,
    VersionNotice,
)
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.labels import AS_ROLE
from tracker.web.ui.templating.dates import full_day

SENTENCES = {
    NoticeKind.REVIEW_SENT: _l("%(name)s sent you statements to review."),
    NoticeKind.ITEM_RETURNED: _l("%(name)s asks you something about what you sent."),
    NoticeKind.ITEM_REPLIED: _l("%(name)s replied to your question."),
    NoticeKind.ITEM_DROPPED: _l("%(name)s dropped a returned statement from your review."),
    NoticeKind.REVIEW_REVEALED: _l("Your review with %(name)s is revealed."),
    NoticeKind.REVIEW_LONGER: _l("%(name)s took one more week for your review."),
    NoticeKind.REVIEW_CLOSED: _l("Your review with %(name)s is closed."),
    NoticeKind.REVIEW_THANKED: _l("%(name)s thanked you for your work on a review."),
    NoticeKind.REVIEW_HANDED_ON: _l("Your review with %(name)s was reassigned to somebody else."),
    NoticeKind.DIFFERENCE_CONFIRMED: _l("%(name)s responded to differences in your review."),
    NoticeKind.DIFFERENCE_KEPT_APART: _l("Differences with %(name)s ended with no agreement."),
    NoticeKind.NEXT_STEP_GIVEN: _l("%(name)s noted a next step for you."),
    NoticeKind.REVIEW_DUE_SOON: _l("Your review of what %(name)s sent is due soon."),
    NoticeKind.REVIEW_OVERDUE: _l("Your review of what %(name)s sent is overdue."),
    NoticeKind.DIFFERENCES_DUE_SOON: _l(
        "Your open differences with %(name)s soon end with no agreement."
    ),
    NoticeKind.NEXT_STEP_DUE: _l("A next step from your review with %(name)s is due."),
    NoticeKind.ENDORSEMENT_EXPIRING: _l("Some of your reviewed ratings expire soon."),
    NoticeKind.ENDORSEMENT_REVOKED: _l("%(name)s revoked one of your reviewed ratings."),
    NoticeKind.DEPUTY_NAMED: _l("You are a backup reviewer for %(name)s."),
    NoticeKind.LINK_MADE: _l(
        "%(name)s made a one-time link that sets a new password for your account. If you didn’t "
        "ask for it, say so under “Your account”: that ends the link."
    ),
    NoticeKind.LINK_ASKED: _l(
        "Somebody asked for a one-time link that sets a new password for your account. If it "
        "wasn’t you, say so under “Your account”: that ends the link."
    ),
    NoticeKind.LINK_DISOWNED: _l(
        "%(name)s didn’t ask for a sign-in link that was made for them. The audit says who made it."
    ),
    NoticeKind.LINK_DISOWNED_ELSEWHERE: _l(
        "Somebody didn’t ask for a sign-in link that was made for them. The audit of their library "
        "says who made it."
    ),
    NoticeKind.ADDRESS_CHANGED: _l("%(name)s changed the email address of your account."),
    NoticeKind.READER_ADDED: _l("%(name)s has a role in which they can see your reviewed ratings."),
    NoticeKind.OBJECTION_MADE: _l(
        "Somebody objects to %(name)s reading their record. Decide within 7 days."
    ),
    NoticeKind.OBJECTION_DECIDED: _l("Your objection to %(name)s was decided."),
    NoticeKind.RESET_USED: _l(
        "Your password was changed with a one-time link. You were signed out everywhere."
    ),
    NoticeKind.ACCESS_REVIEW_DUE: _l("It’s time to check who can see whose record."),
    NoticeKind.MERGE_PROPOSED: _l(
        "%(name)s says that another account is yours too. After 7 days the two can become one, "
        "unless you object under “Your account”."
    ),
    NoticeKind.VERSION_MOVED: _l("You were moved to another version of the framework."),
    NoticeKind.PEOPLE_MOVED: _l("People you supervise moved to another version."),
    NoticeKind.ROUND_REMINDER: _l("A round closes soon, and you haven’t sent your ratings yet."),
    NoticeKind.JOB_FAILED: _l(
        "Something that you asked for in the background wasn’t done. See why, and what to do."
    ),
    NoticeKind.RECORD_READY: _l("Your record is ready to download. It’s kept for 7 days."),
    NoticeKind.DAILY_WORK_FAILED: _l(
        "A part of the daily work on the server isn’t done. See which, and what to do."
    ),
    NoticeKind.EXCEPTION_PROPOSED: _l("%(name)s suggests that a statement doesn’t apply here."),
}

TALK = frozenset(
    {
        NoticeKind.REVIEW_REVEALED,
        NoticeKind.REVIEW_CLOSED,
        NoticeKind.DIFFERENCE_CONFIRMED,
        NoticeKind.DIFFERENCE_KEPT_APART,
        NoticeKind.NEXT_STEP_GIVEN,
        NoticeKind.DIFFERENCES_DUE_SOON,
        NoticeKind.NEXT_STEP_DUE,
        NoticeKind.ENDORSEMENT_REVOKED,
        NoticeKind.EXCEPTION_PROPOSED,
    }
)
"""They lead to what the two see of each other, the others to the review."""


PAGES = {
    NoticePage.PROFILE: "profiles.own",
    NoticePage.REVIEWS: "reviews.index",
    NoticePage.ACCOUNT: "accounts.show",
    NoticePage.OWN_READERS: "own_readers.index",
    NoticePage.READERS: "readers.queue",
    NoticePage.ACCESS_REVIEW: "access_review.index",
    NoticePage.RATING: "assessment.resume",
    NoticePage.AUDIT: "admin_audit.index",
    NoticePage.SYSTEM: "system.index",
    NoticePage.BACKGROUND: "jobs.index",
    NoticePage.OWN_RECORD: "own_record.show",
    NoticePage.TEAMS: "teams.index",
}


def sentence(of: ListedNotice | MailLine) -> str:
    if of.reader is not None:
        return _comes_to_read(of.reader, of.name)
    if of.version is not None:
        return _moved(of.version)
    if of.round is not None:
        return _reminded(of.round, of.name)
    return str(SENTENCES[of.kind]) % {"name": of.name}


def _comes_to_read(reader: ReaderNotice, name: str) -> str:
    who = f"{name} ({reader.email})"
    given = (
        _("%(giver)s gave them this role.", giver=reader.given_by)
        if reader.given_by
        else _("A command on the server gave them this role.")
    )
    made = _("Their account was made on %(day)s.", day=full_day(reader.since))
    if reader.opens_at is None:
        reads = _(
            "%(who)s has a role in which they could read your record, %(as_role)s of %(team)s. It "
            "is closed to them.",
            who=who,
            as_role=AS_ROLE[reader.role],
            team=reader.team,
        )
    else:
        reads = _(
            "%(who)s can read your reviewed ratings from %(day)s, %(as_role)s of %(team)s.",
            who=who,
            day=full_day(reader.opens_at),
            as_role=AS_ROLE[reader.role],
            team=reader.team,
        )
    return f"{reads} {given} {made}"


def closes(of: RoundNotice) -> str:
    return _("%(round)s closes on %(day)s", round=of.name, day=full_day(of.ends_on))


def _reminded(of: RoundNotice, by: str) -> str:
    text = _(
        "%(closes)s, and you haven’t sent your ratings yet. You don’t need to rate everything: "
        "send what you have.",
        closes=closes(of),
    )
    return _("%(name)s reminds you: %(sentence)s", name=by, sentence=text) if by else text


def _moved(to: VersionNotice) -> str:
    if to.people is not None:
        return ngettext(
            "%(num)d person you supervise moved to %(framework)s.",
            "%(num)d people you supervise moved to %(framework)s.",
            to.people,
            framework=to.framework,
        )
    words = _("You were moved to %(framework)s. Your ratings came along.", framework=to.framework)
    if to.is_back:
        words = _(
            "You were moved back to %(framework)s. Nothing you rated is lost.",
            framework=to.framework,
        )
    parts = [words]
    if to.statements:
        minutes = ngettext("about %(num)d minute", "about %(num)d minutes", to.minutes)
        parts.append(
            ngettext(
                "%(num)d statement has changed since you rated it: rate it again, %(minutes)s.",
                "%(num)d statements have changed since you rated them: rate them again, "
                "%(minutes)s.",
                to.statements,
                minutes=minutes,
            )
        )
    if to.later:
        parts.append(
            ngettext(
                "%(num)d statement is new or changed: you can rate it now, and it counts from the "
                "next round.",
                "%(num)d statements are new or changed: you can rate them now, and they count from "
                "the next round.",
                to.later,
            )
        )
    if not (to.statements or to.later):
        parts.append(_("Nothing asks to be rated again."))
    if to.levels_changed:
        parts.append(_("Some levels count other statements now: your profile says which."))
    return " ".join(parts)


def fallen(of: ListedNotice) -> list[str]:
    """A sentence for each level that fell by it, for its reader alone: in no mail."""
    return [f"{fall.domain}: {fall_words(fall)}" for fall in mark_language(of.falls)]


def changes_href(of: VersionNotice, *, whole: bool = False) -> str:
    """What differs between the version that they were on and theirs, also where others lie between
    them."""
    since, version = (of.version, of.left) if of.is_back else (of.left, of.version)
    return url_for(
        "frameworks.changes", slug=of.slug, version=version, since=since, _external=whole
    )


def href(of: ListedNotice | MailLine, *, whole: bool = False) -> str:
    """Where one acts on it. `whole`: with the host, as mail needs it."""
    kind, version = of.kind, of.version
    if version is not None and version.people is not None:
        return changes_href(version, whole=whole)
    if version is not None and version.later:
        return url_for("assessment.later", _external=whole)
    if kind in LEADS_TO:
        return url_for(PAGES[LEADS_TO[kind]], _external=whole)
    endpoint = "reviews.differences" if kind in TALK else "reviews.show"
    if kind is NoticeKind.REVIEW_THANKED:
        endpoint = "differences.result"
    return url_for(endpoint, review_id=of.review_id, _external=whole)
