"""A mail of notices, or with a one-time link, in words. Each is written in a context of its own, as
if its reader had asked for a page."""

import datetime as dt
import re
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

from flask import Flask, url_for
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.notifications.notices.pages import closes, href, sentence
from tracker.rules.core.links import LinkEmail, LinkKind
from tracker.rules.core.mail import MailServer, compose
from tracker.rules.core.notices import OF_ANOTHER, NoticeEmail, NoticeKind

NAME_MAX = 60
LINES_MAX = 30


def plain(name: str) -> str:
    """A name as one line of a mail that no program takes for a link, an address or an end of
    line."""
    visible = "".join(char if char.isprintable() else " " for char in name)
    apart = re.sub(r"\.(?=\S)", ". ", re.sub(r"[/\\@<>:]", " ", visible))
    return " ".join(apart.split())[:NAME_MAX].strip()


def write(
    app: Flask, server: MailServer, email: NoticeEmail | LinkEmail, now: dt.datetime
) -> EmailMessage:
    """Its links have the host of TRACKER_BASE_URL. Raises ValueError for an address that is
    none."""
    with app.app_context(), app.test_request_context(base_url=app.config["BASE_URL"]):
        if isinstance(email, LinkEmail):
            endpoint, title, parts = LINKS[email.kind]
            link = url_for(endpoint, token=email.secret, _external=True) if endpoint else ""
            hello = _("Hello %(name)s,", name=plain(email.name))
            if email.kind in NAMELESS:
                hello = _("Hello,")
            paragraphs = parts(email, plain(email.library), plain(email.by), link)
            subject, text = str(title), _letter([hello, *paragraphs])
        else:
            subject, text = _subject(email), _text(email)
        return compose(server, email.address, subject, text, now, email.token)


def _subject(email: NoticeEmail) -> str:
    if any(line.kind is NoticeKind.DAILY_WORK_FAILED for line in email.lines):
        return _("Skills Tracker needs you: its daily work is not done")
    if email.is_alert:
        return _("Your account in Skills Tracker")
    count = len(email.lines)
    if count == 1 and email.lines[0].round is not None:
        return closes(email.lines[0].round)
    return ngettext(
        "%(num)d notice from Skills Tracker", "%(num)d notices from Skills Tracker", count
    )


def _text(email: NoticeEmail) -> str:
    shown = [replace(line, name=plain(line.name)) for line in email.lines[:LINES_MAX]]
    more = len(email.lines) - LINES_MAX
    parts = [
        _("Hello %(name)s,", name=plain(email.name)),
        *(f"{sentence(line)}\n{href(line, whole=True)}" for line in shown),
    ]
    if more > 0:
        parts.append(ngettext("And %(num)d more.", "And %(num)d more.", more))
    if any(line.kind is NoticeKind.RESET_USED for line in shown):
        parts.append(
            _(
                "If you did not do this, set a new password of your own at once: %(address)s",
                address=url_for("password_resets.show", _external=True),
            )
        )
    if any(line.kind in OF_ANOTHER for line in email.lines):
        pass
    elif email.is_alert:
        parts.append(
            _(
                "If you did not ask for this, tell the people who run Skills Tracker at your "
                "library. This message goes to the addresses that your account has or lately "
                "had, whatever you chose for notices."
            )
        )
    else:
        notices = url_for("notices.index", _external=True)
        account = url_for("accounts.show", _external=True, _anchor="notices")
        parts += [
            _("All your notices: %(address)s", address=notices),
            _("When they come by mail, if at all, you choose here: %(address)s", address=account),
        ]
    return _letter(parts)


def _letter(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


def init_app(app: Flask) -> None:
    """The commands, which know no pages, find it here, and pages of other rooms what one of them
    would say: its subject and its text."""
    app.extensions["tracker_emails"] = partial(write, app)
    app.extensions["tracker_email_preview"] = lambda email: (_subject(email), _text(email))


def _invitation(email: LinkEmail, library: str, by: str, link: str) -> list[str]:
    invites = (
        _("%(name)s invites you to Skills Tracker at %(library)s.", name=by, library=library)
        if by
        else _("%(library)s invites you to Skills Tracker.", library=library)
    )
    what = _(
        "There you rate your skills, add examples of your work, and have your supervisor confirm "
        "them."
    )
    return [
        f"{invites} {what}",
        _("Choose your password here:") + f"\n{link}",
        ngettext(
            "The link works once, for %(num)d day. You sign in with %(email)s.",
            "The link works once, for %(num)d days. You sign in with %(email)s.",
            email.lasts.days,
            email=email.address,
        ),
        _("Forward this message to nobody: whoever has the link can set your password."),
    ]


def _reset(email: LinkEmail, library: str, _by: str, link: str) -> list[str]:
    return [
        _(
            "Somebody asked for a new password for your account in Skills Tracker at %(library)s. "
            "If it was you, choose one here:",
            library=library,
        )
        + f"\n{link}",
        ngettext(
            "The link works once, for %(num)d hour. Using it signs you out everywhere.",
            "The link works once, for %(num)d hours. Using it signs you out everywhere.",
            int(email.lasts.total_seconds()) // 3600,
        ),
        _("If it wasn’t you, there is nothing to do. Your password stays as it is."),
    ]


def _given(email: LinkEmail, library: str, by: str, link: str) -> list[str]:
    return [
        _(
            "%(by)s sends you a link for a new password for your account in Skills Tracker at "
            "%(library)s. Choose one here:",
            by=by,
            library=library,
        )
        + f"\n{link}",
        ngettext(
            "The link works once, for %(num)d day. Using it signs you out everywhere.",
            "The link works once, for %(num)d days. Using it signs you out everywhere.",
            email.lasts.days,
        ),
        _("Forward this message to nobody: whoever has the link can set your password."),
        _(
            "If you didn’t ask for it, sign in, open “Your account”, and say so there: that ends "
            "the link. Your password stays as it is."
        ),
    ]


def _confirmation(email: LinkEmail, library: str, _by: str, link: str) -> list[str]:
    return [
        _(
            "Somebody at %(library)s wants to sign in to Skills Tracker with this address. If it "
            "was you, confirm it here:",
            library=library,
        )
        + f"\n{link}",
        ngettext(
            "The link works once, for %(num)d day.",
            "The link works once, for %(num)d days.",
            email.lasts.days,
        ),
        _("If it wasn’t you, there is nothing to do."),
    ]


def _told_before(email: LinkEmail, library: str, by: str, link: str) -> list[str]:
    changed = (
        _(
            "%(by)s changed the email address of your account in Skills Tracker at %(library)s.",
            by=by,
            library=library,
        )
        if by
        else _(
            "The email address of your account in Skills Tracker at %(library)s was changed.",
            library=library,
        )
    )
    now = _("You sign in with %(email)s now, and not with this one anymore.", email=email.other)
    return [
        f"{changed} {now}",
        _(
            "If it wasn’t you, restore this address here. Everybody is signed out, and you set a "
            "new password:"
        )
        + f"\n{link}",
        ngettext(
            "The link works once, for %(num)d day.",
            "The link works once, for %(num)d days.",
            email.lasts.days,
        ),
    ]


def _objection(email: LinkEmail, library: str, by: str, _link: str) -> list[str]:
    decides = _(
        "No administrator is independent of who gave the role, so whoever runs the server is asked "
        "to decide."
    )
    if by:
        decides = ngettext(
            "%(name)s, an administrator who had no part in it, is asked to decide within %(num)d "
            "day.",
            "%(name)s, an administrator who had no part in it, is asked to decide within %(num)d "
            "days.",
            email.lasts.days,
            name=by,
        )
    return [
        _(
            "Somebody at %(library)s objects to a new reader of their record in Skills Tracker. "
            "Until it is decided, their record stays closed to that reader.",
            library=library,
        ),
        decides,
        _("You get this message as the HR contact. You don’t have to do anything."),
    ]


LINKS = {
    LinkKind.INVITATION: ("invitations.show", _l("Your invitation to Skills Tracker"), _invitation),
    LinkKind.RESET: ("invitations.show", _l("A new password for Skills Tracker"), _reset),
    LinkKind.GIVEN: ("invitations.show", _l("A new password for Skills Tracker"), _given),
    LinkKind.CONFIRM_ADDRESS: (
        "address_changes.confirm_page",
        _l("Confirm your email address for Skills Tracker"),
        _confirmation,
    ),
    LinkKind.TAKE_BACK: (
        "address_changes.take_back_page",
        _l("Your email address in Skills Tracker was changed"),
        _told_before,
    ),
    LinkKind.OBJECTION: (None, _l("An objection in Skills Tracker"), _objection),
}
"""Of such a mail: the page that its link leads to, the subject, which names nobody, and the
paragraphs, which get names as a mail may hold them."""
NAMELESS = (LinkKind.CONFIRM_ADDRESS, LinkKind.OBJECTION)
"""These greet nobody by name: whoever reads the first may be somebody else, if the address was
mistyped; the other goes to no account."""
