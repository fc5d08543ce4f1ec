"""What was done in the library and by whom, for the administrator. Nothing of ratings or of what
reviews came to."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from tracker.operations.audit import pages_labels as audit_pages_labels, queries as audit_queries
from tracker.queries.core import people as core_people_queries
from tracker.rules.calendar import FIRST_DAY, LAST_DAY, day_in
from tracker.rules.core.notices import NoticePage
from tracker.rules.roles import Permission
from tracker.rules.texts import NAME_MAX
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.form import Form
from tracker.web.ui.tables import by_day

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")


class AuditForm(Form):
    """What to list, in the address. What does not fit is left out, and said."""

    class Meta:
        csrf = False

    search = StringField(
        _l("Name, team or what happened"),
        [Optional(), Length(max=NAME_MAX, message=fields.TOO_LONG)],
    )
    kind = SelectField(_l("What"), default="")
    person_id = HiddenField()
    since = fields.day(_l("From"))
    until = fields.day(_l("To"))

    def validate_since(self, field: Field) -> None:
        if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
            field.data = None
            raise ValidationError(_l("Enter a day between 1950 and 2099."))

    validate_until = validate_since


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    note_opened(NoticePage.AUDIT)
    actor = session.actor()
    form = AuditForm(request.args)
    form.kind.choices = _kinds()
    person_id = fields.an_id(form.person_id.data or "")
    person = None if person_id is None else core_people_queries.name_in(actor.library_id, person_id)
    if person is None:
        person_id = form.person_id.data = None
    form.validate()
    listing = audit_queries.listed(
        session.reader(),
        _asked(form.kind.data),
        text=audit_queries.TextFilter(
            form.search.data or "", audit_pages_labels.WORDS, audit_pages_labels.MEANT
        ),
        person_id=person_id,
        since=form.since.data,
        until=form.until.data,
        before=request.args.get("before", type=fields.an_id),
        after=request.args.get("after", type=fields.an_id),
    )
    kept = {name: value for name, value in form.data.items() if value and not form[name].errors}
    return render(
        "operations/audit.html",
        form=form,
        listing=listing,
        days=by_day(
            listing.events,
            lambda event: day_in(actor.time_zone, event.happened_at),
            lambda event: event.actor,
        ),
        person=person,
        kinds=audit_pages_labels.WORDS,
        who=audit_pages_labels.who,
        facts=audit_pages_labels.facts,
        kept=kept,
    )


def _kinds() -> list[Any]:
    """A group as a whole, and each of its kinds."""
    groups = {
        str(label): [
            (key, _("%(group)s: all", group=label)),
            *sorted(audit_pages_labels.KINDS[key].items(), key=lambda item: str(item[1])),
        ]
        for key, label in audit_pages_labels.GROUPS.items()
    }
    return [*fields.choices([("", _l("Everything"))]), *fields.grouped(groups)]


def _asked(chosen: str) -> list[str]:
    if chosen in audit_pages_labels.KINDS:
        return list(audit_pages_labels.KINDS[chosen])
    return [chosen] if chosen in audit_pages_labels.WORDS else list(audit_pages_labels.WORDS)
