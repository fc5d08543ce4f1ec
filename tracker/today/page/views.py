"""The front door: what this is, and Today."""

import datetime as dt

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.accounts.account import actions as account
from tracker.accounts.account.forms import UpdatesForm
from tracker.accounts.links import queries as given_links
from tracker.notifications.notices import queries as notices
from tracker.queries.access.drafts import DraftHeader
from tracker.queries.asking import ask_together
from tracker.queries.core import use_statements
from tracker.rules.roles import Permission
from tracker.teams.team import queries as teams
from tracker.today.front.views import front_page
from tracker.today.page.forms import UseStatementReadForm
from tracker.today.page.forms_styleguide import rejected_sample
from tracker.today.page.pages import account_alerts, today_of
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.form_actions import pressed
from tracker.web.http.redirects import own_address
from tracker.web.i18n.render import render
from tracker.web.ui.drafts import FormDraft

bp = Blueprint("dashboard", __name__)
GOOD_FOR = dt.timedelta(days=180)
"""How long what security.txt says may be relied on, from today; RFC 9116 wants less than a year."""

errors.refusal_messages(
    use_statement_newer=_l(
        "A newer version was published while you were reading. Read that one, then continue."
    )
)


@bp.get("/")
@door(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    """Signed out: what this is. Signed in: what waits in each role, and one thing to go on with."""
    actor = session.actor_or_none()
    if actor is None:
        return front_page()
    new_notices, alerts, rounds, any_held = ask_together(
        notices.unread(actor, session.today()),
        notices.unread_alerts(actor),
        teams.open_rounds(actor.library_id, session.today()),
        given_links.any_held(actor, session.now()),
    )
    return render(
        "today/today.html",
        page=today_of(actor, rounds, session.now()),
        new_notices=new_notices,
        alerts=account_alerts(alerts),
        held_links=given_links.to_confirm(actor, session.now()) if any_held else [],
    )


@bp.post("/today/updates")
@door(Permission.RATE)
def updates() -> ResponseReturnValue:
    """From the account, and from Today (`from`), where one can also put them off until tomorrow."""
    wanted = bool(UpdatesForm().offers_updates.data)
    is_put_off = wanted and "later" in request.form
    tomorrow = session.today() + dt.timedelta(days=1)
    here = request.form.get("from", "")
    to = url_for("dashboard.index") if here else url_for("accounts.show", _anchor="updates")
    done, undo = _("Today offers you statements to update."), None
    if is_put_off:
        done = _("Today offers you statements to update again from tomorrow on.")
    elif not wanted:
        done = _("Today doesn’t offer you statements to update anymore. Your account has it.")
    if here and (is_put_off or not wanted):
        undo = errors.Undo(url_for("dashboard.updates"), {"offers_updates": "y", "from": here})
    return pressed(
        lambda: account.offer_updates(session.actor(), wanted, tomorrow if is_put_off else None),
        done,
        to,
        undo,
    )


@bp.get("/.well-known/security.txt")
@door(Permission.PUBLIC)
def security_txt() -> ResponseReturnValue:
    """Where to report a security problem, as RFC 9116 has it; 404 where no contact is set."""
    contact = current_app.config["SECURITY_CONTACT"]
    if not contact:
        abort(404)
    expires = session.now().replace(hour=0, minute=0, second=0, microsecond=0) + GOOD_FOR
    lines = {
        "Contact": contact,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": current_app.config["BABEL_DEFAULT_LOCALE"],
        "Canonical": f"{current_app.config['ORIGIN']}{url_for('dashboard.security_txt')}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, content_type="text/plain; charset=utf-8")


@bp.get("/styleguide")
@door(Permission.PUBLIC)
def styleguide() -> ResponseReturnValue:
    if not current_app.config["DEBUG_PAGES"]:
        abort(404)
    return render(
        "styleguide.html",
        sample_moment=session.now(),
        form=rejected_sample(),
        draft=FormDraft(
            "evidence.create", "", DraftHeader(1, "evidence.create", "", session.now())
        ),
    )


@bp.get("/use-statement")
@door(Permission.SIGNED_IN)
def use_statement() -> ResponseReturnValue:
    """What the library promises; it is read before the first rating."""
    text = use_statements.newest(session.actor())
    form = UseStatementReadForm(
        data={"use_statement_id": text.id if text else None, "next": request.args.get("next", "")}
    )
    return render("today/use_statement.html", text=text, form=form)


@bp.post("/use-statement")
@door(Permission.SIGNED_IN)
def use_statement_read() -> ResponseReturnValue:
    form = UseStatementReadForm()
    if not form.validate_on_submit():
        return render(
            "today/use_statement.html", text=use_statements.newest(session.actor()), form=form
        ), 422
    account.read_use_statement(session.actor(), form.use_statement_id.data or 0, session.now())
    errors.flash_message(_("Thank you. You can rate now."))
    return redirect(own_address(form.next.data or "", url_for("dashboard.index")), 303)
