"""The public pages of the frameworks, and the form beside them."""

from flask import Blueprint, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.frameworks.changes.pages import public_cards
from tracker.frameworks.corrections.actions import suggest_correction
from tracker.frameworks.corrections.forms import CorrectionForm
from tracker.frameworks.drafts import exports as drafts_exports
from tracker.frameworks.published.pages import FrameworkPage, framework_page
from tracker.frameworks.versions.queries import OFFERED, Published, between, file_of, published
from tracker.frameworks.versions.rules import VersionStatus
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, may
from tracker.web.http.errors import refusal_messages
from tracker.web.http.form_actions import saved
from tracker.web.http.idempotency import idempotent
from tracker.web.http.rate_limits import limiter
from tracker.web.i18n.render import render

bp = Blueprint("frameworks", __name__)

refusal_messages(
    statement_unknown=_l(
        "There is no such statement here. Open the form from the statement that you mean."
    )
)


@bp.get("/frameworks/")
@door(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    looks_after = may(Permission.FRAMEWORKS_EDIT) or may(Permission.ADMINISTER)
    hidden = published([VersionStatus.HIDDEN]) if looks_after else ()
    return render("frameworks/index.html", frameworks=published(), hidden=hidden)


@bp.get("/frameworks/<slug>/")
@door(Permission.PUBLIC)
def show(slug: str) -> ResponseReturnValue:
    page = _page(slug)
    asked = request.args.get("statement", "")
    form = CorrectionForm(formdata=None, statement=asked if page.statement(asked) else "")
    _offer_anchors(form, page)
    return _show(page, form)


@bp.get("/frameworks/<slug>/framework.json")
@door(Permission.PUBLIC)
@rate_limits.documents
def file(slug: str) -> ResponseReturnValue:
    return drafts_exports.framework_file(file_of(_page_to_copy(slug).row.id))


@bp.get("/frameworks/<slug>/statements.csv")
@door(Permission.SIGNED_IN)
@rate_limits.documents
def statements_csv(slug: str) -> ResponseReturnValue:
    return drafts_exports.statements_csv(_page_to_copy(slug))


@bp.get("/frameworks/<slug>/changes")
@door(Permission.PUBLIC)
def changes(slug: str) -> ResponseReturnValue:
    page = _page(slug)
    before = _before(page)
    if before is None:
        abort(404)
    comparison = between(before.id, page.row.id)
    return render(
        "frameworks/changes.html",
        lang=page.row.lang,
        page=page,
        before=before,
        cards=public_cards(comparison, before.lang, page.row.lang),
        sections=comparison.sections,
    )


@bp.post("/frameworks/<slug>/corrections")
@door(Permission.PUBLIC)
@idempotent
@limiter.limit("10 per hour")
def correct(slug: str) -> ResponseReturnValue:
    page = _page(slug)
    form = CorrectionForm()
    _offer_anchors(form, page)
    actor = session.actor_or_none()
    thanks = _("Thank you. Your suggestion is with the administrators of your library.")
    if actor is None:
        thanks = _("Thank you. Your suggestion is with those who look after this site.")
    sent = saved(
        form,
        lambda: suggest_correction(
            page.row.id,
            form.statement.data or "",
            form.text.data or "",
            form.name.data or "",
            form.email.data or "",
            session.now(),
            form.anchor.data or "",
            None if actor is None else actor.library_id,
        ),
        thanks,
        url_for("frameworks.show", slug=slug, version=request.args.get("version")),
    )
    return sent or (_show(page, form), 422)


def _offer_anchors(form: CorrectionForm, page: FrameworkPage) -> None:
    anchors = [text for group in page.anchors for text in group.items]
    form.anchor.choices = [
        ("", _("None: the page as a whole"), {}),
        *((text, text, {"lang": page.row.lang}) for text in dict.fromkeys(anchors)),
    ]


def _page(slug: str) -> FrameworkPage:
    """The public gets what is offered; who is signed in may have something in another version."""
    is_signed_in = session.actor_or_none() is not None
    page = framework_page(slug, request.args.get("version"), also_hidden=is_signed_in)
    if page is None:
        abort(404)
    return page


def _before(page: FrameworkPage) -> Published | None:
    """The earlier version that the address names, for whoever skipped some; else the last."""
    since = request.args.get("since")
    if since is None:
        return page.before
    is_signed_in = session.actor_or_none() is not None
    listed = published([*VersionStatus] if is_signed_in else OFFERED, page.row.slug)
    earlier = listed[[version.id for version in listed].index(page.row.id) + 1 :]
    return next((version for version in earlier if version.version == since), None)


def _page_to_copy(slug: str) -> FrameworkPage:
    if not _may_copy(slug):
        abort(404)
    return _page(slug)


def _may_copy(slug: str) -> bool:
    """The text is somebody's: copies are handed out where whoever runs the site says that they may
    be. Who edits frameworks needs the file for the next version."""
    return slug in current_app.config["COPY_PERMITTED"] or may(Permission.FRAMEWORKS_EDIT)


def _show(page: FrameworkPage, form: CorrectionForm) -> str:
    meant = page.statement(form.statement.data or "")
    return render(
        "frameworks/show.html",
        lang=page.row.lang,
        page=page,
        form=form,
        meant=meant,
        may_copy=_may_copy(page.row.slug),
    )
