"""A version of a framework, the first or the next: for operators and framework editors."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.frameworks.changes.pages import FEW
from tracker.frameworks.changes.queries import changed_levels
from tracker.frameworks.drafts import (
    actions as drafts_actions,
    exports as drafts_exports,
    pages as drafts_pages,
    queries as drafts_queries,
)
from tracker.frameworks.drafts.actions import ImportedFramework
from tracker.frameworks.drafts.forms import (
    DecisionsForm,
    FrameworkFileForm,
    NextVersionForm,
    OriginsForm,
    PlaceForm,
    PublishForm,
)
from tracker.frameworks.drafts.pages_changes import CARRY, changes
from tracker.frameworks.versions.queries import known_uuids, published
from tracker.frameworks.versions.rules import VersionStatus
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.input_checks import LONG_FORM, UPLOAD
from tracker.web.i18n.render import render
from tracker.web.ui.templating.dates import moment

bp = Blueprint("framework_drafts", __name__, url_prefix="/system/frameworks")
files = Blueprint("framework_draft_files", __name__, url_prefix="/system/frameworks")
"""A draft to take away: the audit names exports by it."""
TOO_OFTEN = "30 per minute"


@bp.get("")
@door(Permission.FRAMEWORKS_EDIT)
def index() -> ResponseReturnValue:
    return _list(FrameworkFileForm(), drafts_pages.next_form())


@bp.post("/import")
@door(Permission.FRAMEWORKS_EDIT, takes=UPLOAD)
@rate_limits.limiter.limit(TOO_OFTEN)
def upload() -> ResponseReturnValue:
    form = FrameworkFileForm()
    done = accepted(form, lambda: _taken_in(form))
    if not done:
        return _list(form, drafts_pages.next_form()), 422
    imported = done[0]
    if imported.draft_id is None:
        flash_message(_("This version is published already. Nothing changed."))
        return redirect(url_for("framework_drafts.index"), 303)
    here = _("The draft is here. Nothing changes for anyone until you publish.")
    if imported.replaced:
        replaced = _("It replaces the draft of version %(old)s.", old=imported.replaced)
        here = f"{here} {replaced}"
    flash_message(
        here if imported.added else _("The draft has this content already. Nothing changed.")
    )
    return redirect(url_for("framework_drafts.show", draft_id=imported.draft_id), 303)


def _taken_in(form: FrameworkFileForm) -> ImportedFramework:
    replaces = (form.seen.data or "") if form.replace.data else ""
    actor = session.actor()
    file = form.framework(known_uuids)
    try:
        return drafts_actions.import_framework(file, session.now(), actor, replaces)
    except Conflict as refusal:
        if refusal.code == "framework_draft_open":
            form.seen.data, form.replace.data = str(refusal.facts["seen"]), False
            refusal.facts |= _open_draft(refusal.facts, actor.library_id)
        raise


def _open_draft(facts: dict[str, Any], library_id: int) -> dict[str, str]:
    """In words, of the draft that an upload would replace. Another library's people are not
    named."""
    lost = facts["lost"]
    choices = ngettext(
        "%(num)d choice in it doesn’t fit the file and would be lost.",
        "%(num)d choices in it don’t fit the file and would be lost.",
        lost,
    )
    by = _("command") if facts["by"] is None else facts["by"]
    if facts.get("library_id", library_id) != library_id:
        by = _("somebody at %(library)s", library=facts["library"])
    return {
        "by": by,
        "when": moment(facts["made_at"]),
        "choices": choices if lost else _("No choice in it would be lost."),
    }


@bp.post("/next")
@door(Permission.FRAMEWORKS_EDIT)
def start() -> ResponseReturnValue:
    form = drafts_pages.next_form()
    started = accepted(
        form,
        lambda: drafts_actions.start_next_version(
            form.slug.data, form.version.data or "", session.now(), session.actor()
        ),
    )
    if not started:
        return _list(FrameworkFileForm(formdata=None), form), 422
    return redirect(url_for("framework_drafts.show", draft_id=started[0]), 303)


@bp.get("/drafts/<id:draft_id>")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def show(draft: Subject) -> ResponseReturnValue:
    drafted = drafts_pages.drafted_or_404(draft)
    if drafted.is_first:
        values = drafts_pages.about(drafted) | drafts_pages.first_version(drafted)
        return render("frameworks/drafts/first.html", **values)
    listed = changes(drafted)
    effects = changed_levels(drafted) if drafted.is_open else None
    return render(
        "frameworks/drafts/show.html",
        **drafts_pages.about(drafted),
        **drafts_pages.targets(drafted),
        base_version=drafted.before.version,
        changes=listed,
        lead=listed.lead,
        if_published=effects and drafts_pages.if_published(drafted, effects, session.today()),
        sections=drafted.comparison.sections,
        levels=drafts_pages.levels(drafted, effects),
        ended=drafts_pages.ended_targets(drafted, session.today()) if drafted.is_open else [],
        few=FEW,
        by_hand=drafts_pages.by_hand(drafted),
        origins_form=drafts_pages.origins_form(drafted),
    )


@bp.get("/drafts/<id:draft_id>/publish")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def confirm(draft: Subject) -> ResponseReturnValue:
    """What would be published, with what is suggested as chosen, to confirm it. The page of a first
    version asks for that itself."""
    drafted = drafts_pages.drafted_or_404(draft)
    if not drafted.can_be_published or drafted.is_first:
        return redirect(url_for("framework_drafts.show", draft_id=draft.id))
    effects = changed_levels(drafted)
    return render(
        "frameworks/drafts/publish.html",
        **drafts_pages.about(drafted),
        if_published=drafts_pages.if_published(drafted, effects, session.today()),
        publish_form=PublishForm(formdata=None, seen=drafted.seen),
        offered={f"change-{change.key}": CARRY for change in drafted.offered},
    )


@bp.post("/drafts/<id:draft_id>/decisions")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft, takes=LONG_FORM)
def decide(draft: Subject) -> ResponseReturnValue:
    """Keep the choices, and go back to the change, or to the first of several."""
    form = DecisionsForm()
    chosen, retired = form.decisions(), form.retired()
    actor, now = session.actor(), session.now()
    keys = [*chosen] if retired is None else [retired[0]]
    to = url_for("framework_drafts.show", draft_id=draft.id, _anchor=f"change-{''.join(keys[:1])}")
    if retired is not None:
        _key, uuid, is_kept = retired
        return pressed(
            lambda: drafts_actions.keep(actor, draft.id, uuid, now, is_kept=is_kept),
            _("It stays in the version.") if is_kept else _("It is retired."),
            to,
        )
    return pressed(
        lambda: drafts_actions.decide(actor, draft.id, chosen, now),
        ngettext("%(num)d choice is saved.", "%(num)d choices are saved.", len(chosen)),
        to,
    )


@bp.post("/drafts/<id:draft_id>/origins")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def match(draft: Subject) -> ResponseReturnValue:
    form = OriginsForm()
    earlier = [uuid for uuid in (form.first.data, form.second.data) if uuid]
    return pressed(
        lambda: drafts_actions.say_origins(
            session.actor(), draft.id, form.statement.data or "", earlier, session.now()
        ),
        _("Matched. The comparison is made anew."),
        url_for("framework_drafts.show", draft_id=draft.id),
    )


@bp.post("/drafts/<id:draft_id>/places")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def place(draft: Subject) -> ResponseReturnValue:
    form = PlaceForm()
    domain, before = form.domain.data or "", form.before.data or ""
    return pressed(
        lambda: drafts_actions.say_place(session.actor(), draft.id, domain, before, session.now()),
        _("Saved. Targets go on there."),
        url_for("framework_drafts.show", draft_id=draft.id),
    )


@bp.post("/drafts/<id:draft_id>/publish")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def publish(draft: Subject) -> ResponseReturnValue:
    done = _(
        "The version is published. Everybody stays on their version until their library moves."
    )
    return pressed(
        lambda: drafts_actions.publish(
            session.actor(),
            draft.id,
            session.now(),
            PublishForm().seen.data or "",
            DecisionsForm().decisions(),
        ),
        _("The framework is published.") if drafts_queries.is_first(draft.id) else done,
        url_for("framework_drafts.show", draft_id=draft.id),
    )


@bp.post("/drafts/<id:draft_id>/discard")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def discard(draft: Subject) -> ResponseReturnValue:
    return pressed(
        lambda: drafts_actions.discard(session.actor(), draft.id, session.now()),
        _("The draft is discarded. Its file and the choices stay readable."),
        url_for("framework_drafts.index"),
    )


@files.get("/drafts/<id:draft_id>/framework.json")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
@rate_limits.documents
def file(draft: Subject) -> ResponseReturnValue:
    return drafts_exports.framework_file(drafts_pages.drafted_or_404(draft).after)


@files.get("/drafts/<id:draft_id>/changes.csv")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
@rate_limits.documents
def changes_csv(draft: Subject) -> ResponseReturnValue:
    return drafts_exports.changes_csv(drafts_pages.drafted_or_404(draft))


@files.get("/drafts/<id:draft_id>/changes.json")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
@rate_limits.documents
def changes_json(draft: Subject) -> ResponseReturnValue:
    return drafts_exports.changes_json(drafts_pages.drafted_or_404(draft))


def _list(form: FrameworkFileForm, next_form: NextVersionForm) -> str:
    return render(
        "frameworks/drafts/index.html",
        drafts=drafts_queries.open_drafts(),
        frameworks=published([*VersionStatus]),
        form=form,
        next_form=next_form,
    )
