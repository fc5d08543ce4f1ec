"""Another account of one's own: whether it is, and what was done in it."""

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration.accounts import merges
from tracker.queries.profiles import earlier_records
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.services.administration.accounts import merging
from tracker.web.http import rate_limits, session
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
    found = merges.waiting(mine, session.now())
    return render(
        "accounts/other_account.html",
        merge=found,
        in_both=[] if found is None else merges.rated_in_both(found),
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


@bp.get("/<id:account_id>")
@door(Permission.EARLIER_ACCOUNT_READ, subjects.earlier_account)
def earlier(account: Subject) -> ResponseReturnValue:
    return render(
        "accounts/earlier.html",
        account=_account(account),
        record=earlier_records.record(account.id),
    )


@bp.get("/<id:account_id>/record.json")
@door(Permission.EARLIER_ACCOUNT_READ, subjects.earlier_account)
@rate_limits.documents
def download(account: Subject) -> Response:
    found = _account(account)
    response = jsonify(
        account={"name": found.name, "email": found.email, "until": found.since},
        record=earlier_records.record(account.id),
    )
    response.headers["Content-Disposition"] = 'attachment; filename="earlier-account.json"'
    return response


def _account(account: Subject) -> merges.EarlierAccount:
    found = merges.earlier_accounts(session.actor().person_id)
    return next(each for each in found if each.id == account.id)


def _asked() -> int:
    """The question that the page showed."""
    return fields.an_id(request.form.get("merge", "")) or 0
