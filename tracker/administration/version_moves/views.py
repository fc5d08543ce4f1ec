"""A library moves to another version of a framework, and back: previewed, then done at once or
planned for the end of a round."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.administration.version_moves import (
    actions as version_moves_actions,
    pages as version_moves_pages,
    queries as version_moves_queries,
)
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import refusal_messages
from tracker.web.http.form_actions import pressed

bp = Blueprint("version_moves", __name__, url_prefix="/admin/versions")

refusal_messages(
    move_done=_l("Nothing to do: everybody is on version %(version)s already."),
    move_in_round=_l("Nobody moved: “%(round)s” is open. Preview the move again to plan it."),
    move_no_round=_l("Nothing is planned: the round is over. Preview the move again to move now."),
    move_planned=_l("A move is planned already. Cancel it first under “Versions in use”."),
    move_over=_l("This move was done or canceled already. See “Moved so far”."),
    move_changed=_l("Nobody moved: who would move has changed. Preview the move again."),
)


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    return version_moves_pages.index_page(session.actor().library_id, session.today())


@bp.get("/<id:version_id>")
@door(Permission.ADMINISTER)
def show(version_id: int) -> ResponseReturnValue:
    library_id, today = session.actor().library_id, session.today()
    return version_moves_pages.move_page(
        library_id, version_moves_queries.move_to(library_id, version_id, today), today
    )


@bp.post("/<id:version_id>/move")
@door(Permission.ADMINISTER)
def move(version_id: int) -> ResponseReturnValue:
    actor, seen = session.actor(), request.form.get("seen", "")[:64] or "-"
    to = url_for("version_moves.index")

    def done(people: int) -> str:
        if not people:
            return _("Newcomers begin with it now.")
        return ngettext(
            "%(num)d person moved. You can move back at any time.",
            "%(num)d people moved. You can move back at any time.",
            people,
        )

    return pressed(
        lambda: version_moves_actions.move(
            actor, actor.library_id, version_id, session.now(), seen=seen
        ),
        done,
        to,
    )


@bp.post("/<id:version_id>/plan")
@door(Permission.ADMINISTER)
def plan(version_id: int) -> ResponseReturnValue:
    actor, to = session.actor(), url_for("version_moves.index")
    return pressed(
        lambda: version_moves_actions.plan(actor, actor.library_id, version_id, session.now()),
        _("The move is planned. You can cancel it until then."),
        to,
    )


@bp.post("/<id:version_id>/cancel")
@door(Permission.ADMINISTER)
def cancel(version_id: int) -> ResponseReturnValue:
    """Cancel the move that is planned to that version."""
    actor, to = session.actor(), url_for("version_moves.index")
    done = _("The planned move is canceled. Nobody moves.")
    return pressed(lambda: version_moves_actions.cancel(actor, version_id, session.now()), done, to)
