"""What somebody typed and did not send: kept while they type, and theirs alone."""

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import drafts, subjects
from tracker.rules.drafts import NAME_MAX, RATING, Fields
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.services.accounts import drafts as service
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import refusal_messages
from tracker.web.http.form_actions import pressed
from tracker.web.http.input_checks import DRAFT, FORM, is_clean, json_object
from tracker.web.http.rate_limits import documents
from tracker.web.http.redirects import own_address
from tracker.web.ui.drafts.drafted_forms import DRAFT_FORMS

bp = Blueprint("drafts", __name__)

refusal_messages(
    draft_long=_l(
        "This is too long to be kept before it is sent. Send it, or keep a copy of your own."
    ),
    draft_malformed=_l("That is not what this page sends. Nothing was saved; load the page again."),
    drafts_full=_l(
        "You have %(most)s drafts, which is the most one person can have. Discard some in your "
        "account, then save again."
    ),
)


@bp.post("/drafts")
@door(Permission.SIGNED_IN, takes={**FORM, **DRAFT})
def save() -> ResponseReturnValue:
    body = json_object() if request.is_json else {}
    form, _space, subject = str(body.get("draft", "")).partition(" ")
    if form not in DRAFT_FORMS or form == RATING or len(subject) > NAME_MAX:
        raise Invalid("draft_malformed")
    fields = _fields(body.get("fields"))
    if body.get("person_id") != session.actor().person_id:
        raise Conflict("another_person")
    service.save(session.actor(), form, subject, fields, session.now())
    return jsonify(saved=True)


@bp.post("/drafts/<id:draft_id>/discard")
@door(Permission.DRAFT_OWN, subjects.draft)
def discard(draft: Subject) -> ResponseReturnValue:
    to = own_address(request.form.get("next", ""), url_for("accounts.show", _anchor="drafts"))
    return pressed(lambda: service.discard(session.actor(), draft.id), _("Discarded."), to)


@bp.get("/drafts.json")
@door(Permission.SIGNED_IN)
@documents
def own_json() -> Response:
    """All of one's drafts, to take along; those that can't be read are named. Times are UTC, in ISO
    8601."""
    named: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    for header, fields in drafts.all_fields(session.actor().person_id):
        draft: dict[str, object] = {
            "form": str(DRAFT_FORMS.get(header.form, header.form)),
            "subject": header.subject,
            "saved_at": header.saved_at.isoformat(),
        }
        if fields is not None:
            draft["fields"] = [{"name": name, "text": text} for name, text in fields]
        named[fields is not None].append(draft)
    response = jsonify(drafts=named[True], unreadable=named[False])
    response.headers["Content-Disposition"] = 'attachment; filename="drafts.json"'
    return response


def _fields(sent: object) -> Fields:
    """Raises Invalid("draft_malformed"): no list of pairs of texts."""
    if not isinstance(sent, list):
        raise Invalid("draft_malformed")
    return tuple(_pair(each) for each in sent)


def _pair(sent: object) -> tuple[str, str]:
    if not isinstance(sent, list) or not all(isinstance(part, str) for part in sent):
        raise Invalid("draft_malformed")
    if len(sent) != 2 or not all(is_clean(part) for part in sent):
        raise Invalid("draft_malformed")
    return sent[0], sent[1]
