"""Erasing an earlier version of one's own evidence, or a whole piece: first what goes and what
stays, then the act."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.evidence.erasures import actions as erasures_actions, queries as erasures_queries
from tracker.evidence.erasures.forms import ErasureForm
from tracker.evidence.pieces import pages as pieces_pages, queries as pieces_queries
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core.erasures import on_hold_since
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, forget_flashed
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui.fields import an_id

bp = Blueprint("erasures", __name__)


@bp.get("/evidence/<id:evidence_id>/erase")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def confirm(evidence: Subject) -> ResponseReturnValue:
    return _page(evidence.id, ErasureForm(formdata=None, version=request.args.get("version", "")))


@bp.post("/evidence/<id:evidence_id>/erase")
@door(Permission.EVIDENCE_OWN, subjects_queries.evidence)
def erase(evidence: Subject) -> ResponseReturnValue:
    form = ErasureForm()
    done = accepted(
        form,
        lambda: erasures_actions.erase(
            session.actor(),
            evidence.id,
            ErasureReason(form.reason.data),
            pieces_pages.store().place,
            number=form.number,
            now=session.now(),
        ),
    )
    if done is None:
        return _page(evidence.id, form), 422
    erasures_actions.add_to_list(current_app.config["DATA_DIR"], session.actor(), session.now())
    forget_flashed()
    flash_message(_erased_message(held=done[0]))
    return redirect(url_for("evidence.show", evidence_id=evidence.id), 303)


def _erased_message(*, held: bool) -> Any:
    if held:
        return _("Hidden from every page and export. It will be erased when the legal hold ends.")
    if erasures_queries.is_file_left():
        return _(
            "Erased from every page and export. The place where files are kept can’t be reached "
            "just now; its file goes as soon as it can, within a day."
        )
    return _("Erased from every page, every export and the disk.")


def _page(evidence_id: int, form: ErasureForm) -> str:
    """Raises Conflict("evidence_is_current"); 404 where the version is none that can be erased."""
    number = None if not form.version.data else an_id(form.version.data) or abort(404)
    piece = pieces_queries.piece(evidence_id, number) or abort(404)
    if number is not None and piece.is_current:
        raise Conflict("evidence_is_current")
    return render(
        "evidence/erase.html",
        form=form,
        piece=piece,
        number=number,
        used_in=erasures_queries.used_in(evidence_id, number),
        on_hold_since=on_hold_since(session.actor().person_id),
    )
