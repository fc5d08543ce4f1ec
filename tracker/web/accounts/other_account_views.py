"""Another account of one's own: whether it is."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.administration.accounts import merges
from tracker.queries.asking import ask
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.services.administration.accounts import merging
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import flash_message, message_for
from tracker.web.http.form_actions import pressed
from tracker.web.i18n.render import render
from tracker.web.ui import fields

bp = Blueprint("other_account", __name__, url_prefix="/account/other")


@bp.get("")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    note_opened(NoticePage.OTHER_ACCOUNT)
    mine = session.actor().person_id
    found = ask(merges.waiting(mine, session.now()))
    return render(
        "accounts/other_account.html",
        merge=found,
        must_stay=found is not None and found.earlier.id == mine and merges.has_record(mine),
        earlier=[each for each in merges.earlier_accounts(mine) if each.kept_id == mine],
    )


@bp.post("/confirm")
@door(Permission.SIGNED_IN)
def confirm() -> ResponseReturnValue:
    try:
        is_done = merging.confirm(session.actor(), _asked(), session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
    else:
        flash_message(
            _("Both accounts are one now. Go on with the one that stays.")
            if is_done
            else _("Confirmed here. Nothing changes until you confirm it in the other account.")
        )
    return redirect(url_for("other_account.show"), 303)


@bp.post("/decline")
@door(Permission.SIGNED_IN)
def decline() -> ResponseReturnValue:
    return pressed(
        lambda: merging.decline(session.actor(), _asked(), session.now()),
        _("Declined. Both accounts stay as they are."),
        url_for("other_account.show"),
    )


def _asked() -> int:
    """The question that the page showed."""
    return fields.an_id(request.form.get("merge", "")) or 0
