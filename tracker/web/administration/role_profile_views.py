"""Role profiles with their targets, for the administrator."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import role_profiles
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.roles import Permission
from tracker.services.administration import role_profiles as service
from tracker.web.administration.role_profile_forms import RoleProfileForm, role_profile_form
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo, flash_message, message_for
from tracker.web.http.form_actions import accepted, pressed
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render

bp = Blueprint("admin_role_profiles", __name__, url_prefix="/admin/role-profiles")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """`?framework=` chooses one of several; all without it."""
    lines = role_profiles.listed(session.actor(), session.today())
    frameworks = _frameworks()
    wanted = request.args.get("framework") or None
    shown = [each for each in frameworks if wanted in (None, each.key)]
    if wanted and not shown:
        abort(404)
    there = {(line.framework_id, line.name) for line in lines}
    return render(
        "administration/role_profiles/index.html",
        lines=[line for line in lines if line.framework_id in {each.id for each in shown}],
        frameworks=frameworks,
        can_add=any(not each.is_hidden for each in shown),
        wanted=wanted,
        to_start=[
            each
            for each in shown
            if not each.is_hidden
            and any((each.id, label) not in there for label in each.role_labels)
        ],
        framework_links=_switch("admin_role_profiles.index", frameworks, wanted, with_all=True),
    )


@bp.post("/start")
@door(Permission.ADMINISTER)
def start() -> ResponseReturnValue:
    """Make them from the role labels of the framework that the form names."""
    try:
        made = service.start_from_labels(session.actor(), _framework().id, session.now())
    except (Conflict, Invalid) as refusal:
        flash_message(message_for(refusal), "error")
    else:
        flash_message(
            ngettext(
                "%(num)d job profile is made. Check its targets and change what differs here.",
                "%(num)d job profiles are made. Check their targets and change what differs here.",
                len(made),
            )
        )
    return redirect(url_for("admin_role_profiles.index"), 303)


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """`?framework=` chooses the framework; the one in use without it."""
    return _new_page(_framework())


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    framework = _framework()
    form = _form(_domains(framework.id, framework.lang))
    done = accepted(
        form,
        lambda: service.create(
            session.actor(),
            framework.id,
            form.name.data,
            form.targets(),
            session.now(),
            form.targets_reason.data or "",
        ),
    )
    if done:
        flash_message(_("The job profile %(name)s is added.", name=form.name.data))
        return redirect(url_for("admin_role_profiles.index"), 303)
    return _new_page(framework, form), 422


@bp.get("/<id:role_profile_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.role_profile)
def edit(role_profile: Subject) -> ResponseReturnValue:
    return _edit_page(role_profiles.detail(role_profile.id))


@bp.post("/<id:role_profile_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects.role_profile)
def update(role_profile: Subject) -> ResponseReturnValue:
    found = role_profiles.detail(role_profile.id)
    form = _form(_domains(found.framework_id, found.lang))
    done = accepted(
        form,
        lambda: service.edit(
            session.actor(),
            role_profile.id,
            form.name.data,
            form.targets(),
            session.now(),
            form.targets_reason.data or "",
        ),
    )
    if done:
        flash_message(
            _(
                "The job profile %(name)s is saved. Profiles and gaps use its targets at once.",
                name=form.name.data,
            )
        )
        return redirect(url_for("admin_role_profiles.index"), 303)
    return _edit_page(found, form), 422


@bp.post("/<id:role_profile_id>/retire")
@door(Permission.ADMINISTER_LIBRARY, subjects.role_profile)
def retire(role_profile: Subject) -> ResponseReturnValue:
    name = role_profiles.detail(role_profile.id).name
    done = _(
        "The job profile %(name)s is retired. It stays with memberships that have ended.", name=name
    )
    to = url_for("admin_role_profiles.edit", role_profile_id=role_profile.id)
    undo = Undo(url_for("admin_role_profiles.restore", role_profile_id=role_profile.id))
    return pressed(
        lambda: service.retire(session.actor(), role_profile.id, session.now()), done, to, undo
    )


@bp.post("/<id:role_profile_id>/restore")
@door(Permission.ADMINISTER_LIBRARY, subjects.role_profile)
def restore(role_profile: Subject) -> ResponseReturnValue:
    done = _(
        "The job profile %(name)s can be given to learners again.",
        name=role_profiles.detail(role_profile.id).name,
    )
    to = url_for("admin_role_profiles.edit", role_profile_id=role_profile.id)
    undo = Undo(url_for("admin_role_profiles.retire", role_profile_id=role_profile.id))
    return pressed(
        lambda: service.restore(session.actor(), role_profile.id, session.now()), done, to, undo
    )


def _frameworks() -> list[role_profiles.FrameworkChoice]:
    """Of each framework the version that newcomers begin with: a job profile is for all of them."""
    found = role_profiles.frameworks(session.actor(), session.today())
    return [each for each in found if each.is_for_newcomers]


def _framework() -> role_profiles.FrameworkChoice:
    """The one that the address or the form names, else the one in use. 404 when there is none that
    somebody could begin in."""
    found = [each for each in _frameworks() if not each.is_hidden]
    wanted = request.values.get("framework", "")
    chosen = [each for each in found if wanted in ("", each.key)]
    return chosen[0] if chosen else abort(404)


def _switch(
    endpoint: str,
    frameworks: list[role_profiles.FrameworkChoice],
    chosen: str | None,
    *,
    with_all: bool = False,
) -> list[FrameworkLink]:
    """The frameworks, where there are several."""
    if len(frameworks) < 2:
        return []
    offered: list[tuple[str | None, str, str]] = [
        (each.key, each.label, each.lang) for each in frameworks
    ]
    if with_all:
        offered.insert(0, (None, _("All frameworks"), ""))
    return [
        FrameworkLink(label, lang, url_for(endpoint, framework=key), key == chosen)
        for key, label, lang in offered
    ]


def _domains(framework_id: int, lang: str) -> list[role_profiles.TargetDomain]:
    return mark_language(role_profiles.domains_of(framework_id), lang)


def _form(
    domains: list[role_profiles.TargetDomain], kept: role_profiles.RoleProfileDetails | None = None
) -> RoleProfileForm:
    return role_profile_form(
        [(each.id, each.title, each.levels) for each in domains],
        name=None if kept is None else kept.name,
        targets_reason=None if kept is None else kept.targets_reason,
        targets=None if kept is None else kept.targets,
    )


def _new_page(framework: role_profiles.FrameworkChoice, form: RoleProfileForm | None = None) -> str:
    domains = _domains(framework.id, framework.lang)
    return render(
        "administration/role_profiles/new.html",
        form=form or _form(domains),
        framework=framework,
        framework_links=_switch("admin_role_profiles.new", _frameworks(), framework.key),
        domains=domains,
    )


def _edit_page(found: role_profiles.RoleProfileDetails, form: RoleProfileForm | None = None) -> str:
    domains = _domains(found.framework_id, found.lang)
    return render(
        "administration/role_profiles/edit.html",
        form=form or _form(domains, found),
        profile=found,
        domains=domains,
    )
