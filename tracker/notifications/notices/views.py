"""One's own notices: the newest first, each with the way to where one acts."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from wtforms import HiddenField

from tracker.accounts.account.queries import mail_choice
from tracker.notifications.notices import actions as notices_actions, queries as notices_queries
from tracker.notifications.notices.pages import changes_href, fallen, href, sentence
from tracker.rules.calendar import day_in
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.i18n.render import render
from tracker.web.ui.fields import an_id
from tracker.web.ui.filters import page_number
from tracker.web.ui.form import Form
from tracker.web.ui.tables import by_day

bp = Blueprint("notices", __name__)


class MarkReadForm(Form):
    newest: Any = HiddenField()

    @property
    def up_to(self) -> int:
        """The id of the newest that the page showed; 0, which is before all, for anything else."""
        return an_id(self.newest.data or "") or 0


@bp.get("/notices")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    actor = session.actor()
    shown = notices_queries.listed(actor, session.today(), page_number())
    return render(
        "notifications/index.html",
        shown=shown,
        days=by_day(
            shown.notices,
            lambda notice: day_in(actor.time_zone, notice.happened_at),
            lambda notice: notice.name,
        ),
        sentence=sentence,
        fallen=fallen,
        href=href,
        changes_href=changes_href,
        choice=mail_choice(actor),
    )


@bp.post("/notices/read")
@door(Permission.SIGNED_IN)
def read() -> ResponseReturnValue:
    count = notices_actions.read_all(session.actor(), MarkReadForm().up_to, session.now())
    marked = ngettext(
        "%(num)d notice is marked as read.", "%(num)d notices are marked as read.", count
    )
    flash_message(marked if count else _("There was nothing unread anymore."))
    return redirect(url_for("notices.index"), 303)
