"""Mail: what is set, and a test message that has to come back with its code."""

from email.message import EmailMessage

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from tracker.notifications.mail import actions as mail_actions, queries as mail_queries
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.core.mail import (
    CODE_LASTS,
    MailOutcome,
    MailServer,
    Security,
    clean_code,
    compose,
)
from tracker.rules.core.notices import MailStatus
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import REFUSAL_MESSAGES, flash_message, message_for, refusal_messages
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.form import Form

bp = Blueprint("admin_mail", __name__, url_prefix="/admin/mail")

refusal_messages(
    mail_code_unknown=_l(
        "This is not the code of a message sent here in the last day. Look at the newest message, "
        "or send another."
    ),
    mail_not_set=_l(
        "No mail server is set. Whoever runs the server sets TRACKER_SMTP_URL and "
        "TRACKER_MAIL_FROM."
    ),
    mail_down=_l("The mail server could not be reached."),
    mail_slow=_l("The mail server did not answer within 10 seconds."),
    mail_certificate=_l("The mail server’s certificate could not be trusted, so nothing was sent."),
    mail_tls_missing=_l(
        "The mail server does not offer an encrypted connection, so nothing was sent."
    ),
    mail_sign_in=_l("The mail server did not accept the user or the password that are set for it."),
    mail_refused=_l("The mail server did not take the message."),
    mail_address=_l("The address is no email address. Correct it at the person."),
    mail_lost=_l("The program stopped while it was sent, so nobody knows whether it went out."),
    mail_restored=_l("It waited in a backup that was restored, and may have gone out since then."),
    mail_not_again=_l("This mail can’t be sent again. Look at the list."),
)

STATUSES = {
    MailStatus.WAITING: _l("Waiting"),
    MailStatus.SENDING: _l("Being sent"),
    MailStatus.SENT: _l("Sent"),
    MailStatus.UNSURE: _l("Not known whether sent"),
    MailStatus.FAILED: _l("Not taken"),
    MailStatus.DROPPED: _l("Not sent: nothing in it was theirs to see anymore"),
}
SECURITY = {
    Security.TLS: _l("encrypted from the start (TLS)"),
    Security.STARTTLS: _l("encrypted (STARTTLS), or nothing is sent"),
    Security.NONE: _l("not encrypted"),
}


class CodeForm(Form):
    code = StringField(
        _l("Code in the message"),
        [
            InputRequired(_l("Type the six characters from the message.")),
            Length(max=40, message=fields.TOO_LONG),
        ],
    )


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """`?code=` comes with the link in the message and is put into the form: looking at a page
    changes nothing."""
    return _page(CodeForm(formdata=None, code=clean_code(request.args.get("code", ""))[:40]))


@bp.post("/test")
@door(Permission.ADMINISTER)
@limiter.limit("10 per hour")
def test() -> ResponseReturnValue:
    server = _server()
    if server is None:
        flash_message(message_for(Conflict("mail_not_set")), "error")
        return redirect(url_for("admin_mail.index"), 303)
    failed = mail_actions.send_test(
        session.actor(), server, lambda code: _message(server, code), session.now()
    )
    if failed is None:
        email = session.actor().email
        taken = _(
            "The mail server took a message to %(email)s. Open the link in it, or type its code "
            "here.",
            email=email,
        )
        printed = _("The message was printed to the log of the program. Type its code here.")
        flash_message(printed if server.is_console else taken)
    else:
        flash_message(" ".join([message_for(Conflict(failed.code)), failed.said]).strip(), "error")
    return redirect(url_for("admin_mail.index"), 303)


@bp.post("/arrived")
@door(Permission.ADMINISTER)
@limiter.limit("30 per hour")
def arrived() -> ResponseReturnValue:
    form = CodeForm()
    if accepted(
        form, lambda: mail_actions.arrived(session.actor(), form.code.data or "", session.now())
    ):
        flash_message(_("The message arrived: mail from here reaches people."))
        return redirect(url_for("admin_mail.index"), 303)
    return _page(form), 422


@bp.post("/outbox/<id:mail_id>/again")
@door(Permission.ADMINISTER_PERSON, subjects_queries.outbox_mail)
def again(mail: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: mail_actions.again(session.actor(), mail.id, session.now()),
        _("The mail is sent once more with the next round."),
        url_for("admin_mail.index", _anchor="outbox"),
    )


def _server() -> MailServer | None:
    server: MailServer | None = current_app.extensions["tracker_mail"]
    return server


def _message(server: MailServer, code: str) -> EmailMessage:
    address = current_app.config["ORIGIN"] + url_for("admin_mail.index", code=code)
    text = _(
        "Hello %(name)s,\n\nthis is the test message that you sent yourself from Skills Tracker. "
        "That you read it shows that mail from there arrives. Open this address to record "
        "it:\n\n%(address)s\n\nor type this code on the page Mail: %(code)s\n\nIt can be used for "
        "one day.\n",
        name=session.actor().name,
        address=address,
        code=code,
    )
    return compose(
        server, session.actor().email, _("Test message from Skills Tracker"), text, session.now()
    )


def _page(form: CodeForm) -> str:
    server, tests = _server(), mail_queries.newest_tests(session.actor())
    since = session.now() - CODE_LASTS
    waits = any(
        test.outcome is MailOutcome.TAKEN and test.sent_at > since for test, _sender in tests
    )
    return render(
        "notifications/mail.html",
        server=server,
        security=server and SECURITY[server.security],
        tests=tests,
        waits=waits,
        form=form,
        words=REFUSAL_MESSAGES,
        outbox=mail_queries.state(session.actor()),
        statuses=STATUSES,
    )
