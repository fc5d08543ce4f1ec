"""An endorsement that the one who gave it takes back."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.endorsements import endorsements as queries
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.reviews import endorsements
from tracker.web.http import session
from tracker.web.http.access import door, note_look
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.reviews.endorsements.forms import RevokeForm

bp = Blueprint("endorsements", __name__)


@bp.get("/endorsements/<id:endorsement_id>/revoke")
@door(Permission.ENDORSEMENT_REVOKE, subjects.endorsement_given)
def ask(endorsement: Subject) -> ResponseReturnValue:
    return _page(endorsement, RevokeForm())


@bp.post("/endorsements/<id:endorsement_id>/revoke")
@door(Permission.ENDORSEMENT_REVOKE, subjects.endorsement_given)
def revoke(endorsement: Subject) -> ResponseReturnValue:
    form, endorsement_id = RevokeForm(), endorsement.id
    done = accepted(
        form,
        lambda: endorsements.revoke(
            session.actor(), endorsement_id, form.reason.data or "", session.now()
        ),
    )
    if not done:
        return _page(endorsement, form), 422
    of = queries.one(endorsement_id)
    flash_message(
        _(
            "Your reviewed rating of “%(statement)s” is revoked. It doesn’t count anymore; "
            "%(name)s can read your reason.",
            statement=mark_language(of).title,
            name=of.person,
        )
    )
    return redirect(
        url_for("reviews.differences", review_id=of.review_id, _anchor=f"item-{of.item_id}"), 303
    )


def _page(given: Subject, form: RevokeForm) -> str:
    if given.owner_id is not None:
        note_look(given.owner_id, "review")
    of = queries.one(given.id)
    if given.owner_id is not None and session.blind_spots().hide_since(
        given.owner_id, of.statement_id, of.on
    ):
        raise Conflict("statement_hidden")
    return render("reviews/endorsements/revoke.html", of=of, form=form)
