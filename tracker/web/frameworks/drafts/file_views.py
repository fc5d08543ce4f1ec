"""A draft to take away: its file, and its changes."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.rules.roles import Permission
from tracker.web.frameworks.drafts import exports
from tracker.web.frameworks.drafts.pages import drafted_or_404
from tracker.web.http import rate_limits
from tracker.web.http.access import door

bp = Blueprint("framework_draft_files", __name__, url_prefix="/system/frameworks")


@bp.get("/drafts/<id:draft_id>/framework.json")
@door(Permission.FRAMEWORKS_EDIT, subjects.framework_draft)
@rate_limits.documents
def file(draft: Subject) -> ResponseReturnValue:
    return exports.framework_file(drafted_or_404(draft).after)


@bp.get("/drafts/<id:draft_id>/changes.csv")
@door(Permission.FRAMEWORKS_EDIT, subjects.framework_draft)
@rate_limits.documents
def changes_csv(draft: Subject) -> ResponseReturnValue:
    return exports.changes_csv(drafted_or_404(draft))


@bp.get("/drafts/<id:draft_id>/changes.json")
@door(Permission.FRAMEWORKS_EDIT, subjects.framework_draft)
@rate_limits.documents
def changes_json(draft: Subject) -> ResponseReturnValue:
    return exports.changes_json(drafted_or_404(draft))
