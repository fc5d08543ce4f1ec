"""A mail of notices in words. Each is written in a context of its own, as if its reader had asked
for a page."""

import datetime as dt
import re
from email.message import EmailMessage

from flask import Flask, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.accounts.links import LinkEmail
from tracker.rules.notifications.mail import MailServer, compose
from tracker.rules.notifications.notices import OF_ANOTHER, NoticeEmail, NoticeKind
from tracker.web.notifications import link_emails
from tracker.web.notifications.labels import closes, href, sentence

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
            names = plain(email.name), plain(email.library), plain(email.by)
            subject = link_emails.subject(email)
            text = "\n\n".join(link_emails.parts(email, *names)) + "\n"
        else:
            subject, text = _subject(email), _text(email)
        return compose(server, email.address, subject, text, now, email.token)


def _subject(email: NoticeEmail) -> str:
    if any(line.kind is NoticeKind.DAILY_WORK_FAILED for line in email.lines):
        return str(_("Skills Tracker needs you: its daily work is not done"))
    if email.is_alert:
        return str(_("Your account in Skills Tracker"))
    count = len(email.lines)
    if count == 1 and email.lines[0].round is not None:
        return closes(email.lines[0].round)
    return str(
        ngettext("%(num)d notice from Skills Tracker", "%(num)d notices from Skills Tracker", count)
    )


def _text(email: NoticeEmail) -> str:
    shown, more = email.lines[:LINES_MAX], len(email.lines) - LINES_MAX
    parts = [
        str(_("Hello %(name)s,", name=plain(email.name))),
        *(
            f"{sentence(line.kind, plain(line.name), line.version, line.round, line.reader)}\n"
            f"{href(line.kind, line.review_id, line.version, whole=True)}"
            for line in shown
        ),
    ]
    if more > 0:
        parts.append(str(ngettext("And %(num)d more.", "And %(num)d more.", more)))
    if any(line.kind is NoticeKind.RESET_USED for line in shown):
        parts.append(
            str(
                _(
                    "If you did not do this, set a new password of your own at once: %(address)s",
                    address=url_for("password_resets.show", _external=True),
                )
            )
        )
    if any(line.kind in OF_ANOTHER for line in email.lines):
        return "\n\n".join(parts) + "\n"
    if email.is_alert:
        parts.append(
            str(
                _(
                    "If you did not ask for this, tell the people who run Skills Tracker at your "
                    "library. This message goes to the addresses that your account has or lately "
                    "had, whatever you chose for notices."
                )
            )
        )
        return "\n\n".join(parts) + "\n"
    parts.append(
        str(_("All your notices: %(address)s", address=url_for("notices.index", _external=True)))
    )
    account = url_for("accounts.show", _external=True, _anchor="notices")
    parts.append(
        str(_("When they come by mail, if at all, you choose here: %(address)s", address=account))
    )
    return "\n\n".join(parts) + "\n"


def init_app(app: Flask) -> None:
    """The commands, which know no pages, find it here, and pages of other rooms what one of them
    would say: its subject and its text."""
    app.extensions["tracker_emails"] = lambda server, email, now: write(app, server, email, now)
    app.extensions["tracker_email_preview"] = lambda email: (_subject(email), _text(email))
