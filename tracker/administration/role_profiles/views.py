"""Role profiles with their targets, for the administrator."""

from collections.abc import Callable

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from tracker.administration.role_profiles import (
    actions as role_profiles_actions,
    queries as role_profiles_queries,
)
from tracker.administration.role_profiles.forms import RoleProfileForm, role_profile_form
from tracker.administration.role_profiles.queries import FrameworkChoice, TargetDomain
from tracker.models import Framework, RoleProfile
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import Undo
from tracker.web.http.form_actions import pressed, saved
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render

bp = Blueprint("admin_role_profiles", __name__, url_prefix="/admin/role-profiles")


@bp.get("")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """`?framework=` chooses one of several; all without it."""
    lines = role_profiles_queries.listed(session.actor(), session.today())
    frameworks = _frameworks()
    wanted = request.args.get("framework") or None
    shown = {choice.id: choice for choice in frameworks if wanted in (None, choice.key)}
    if wanted and not shown:
        abort(404)
    open_ones = [choice for choice in shown.values() if not choice.is_hidden]
    names = {choice.id: set[str]() for choice in frameworks}
    for profile, framework, *_counts in lines:
        names.setdefault(framework.id, set()).add(profile.name)
    all_of_them = (None, _("All frameworks"), "")
    return render(
        "administration/role_profiles/index.html",
        lines=[line for line in lines if line.Framework.id in shown],
        frameworks=frameworks,
        can_add=bool(open_ones),
        wanted=wanted,
        to_start=[choice for choice in open_ones if choice.role_labels - names[choice.id]],
        framework_links=_switch("admin_role_profiles.index", frameworks, wanted, all_of_them),
    )


@bp.post("/start")
@door(Permission.ADMINISTER)
def start() -> ResponseReturnValue:
    """Make them from the role labels of the framework that the form names."""
    framework = _framework()
    return pressed(
        lambda: role_profiles_actions.start_from_labels(
            session.actor(), framework.id, session.now()
        ),
        lambda made: ngettext(
            "%(num)d job profile is made. Check its targets and change what differs here.",
            "%(num)d job profiles are made. Check their targets and change what differs here.",
            len(made),
        ),
        url_for("admin_role_profiles.index"),
    )


@bp.get("/new")
@door(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """`?framework=` chooses the framework; the one in use without it."""
    return _page(_framework())


@bp.post("")
@door(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    framework, actor, now = _framework(), session.actor(), session.now()
    form = _form(_domains(framework))
    done = _("The job profile %(name)s is added.", name=form.name.data)
    to = url_for("admin_role_profiles.index")
    page = saved(
        form,
        lambda: role_profiles_actions.create(actor, framework.id, now=now, **form.values()),
        done,
        to,
    )
    return page or (_page(framework, form), 422)


@bp.get("/<id:role_profile_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.role_profile)
def edit(role_profile: Subject) -> ResponseReturnValue:
    profile, framework = role_profiles_queries.detail(role_profile.id)
    return _page(framework, profile=profile)


@bp.post("/<id:role_profile_id>")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.role_profile)
def update(role_profile: Subject) -> ResponseReturnValue:
    profile, framework = role_profiles_queries.detail(role_profile.id)
    form, actor, now = _form(_domains(framework)), session.actor(), session.now()
    done = _(
        "The job profile %(name)s is saved. Profiles and gaps use its targets at once.",
        name=form.name.data,
    )
    to = url_for("admin_role_profiles.index")
    page = saved(
        form,
        lambda: role_profiles_actions.edit(actor, role_profile.id, now=now, **form.values()),
        done,
        to,
    )
    return page or (_page(framework, form, profile), 422)


@bp.post("/<id:role_profile_id>/retire")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.role_profile)
def retire(role_profile: Subject) -> ResponseReturnValue:
    name = role_profiles_queries.detail(role_profile.id)[0].name
    done = _(
        "The job profile %(name)s is retired. It stays with memberships that have ended.", name=name
    )
    return _pressed(
        role_profile.id, role_profiles_actions.retire, done, "admin_role_profiles.restore"
    )


@bp.post("/<id:role_profile_id>/restore")
@door(Permission.ADMINISTER_LIBRARY, subjects_queries.role_profile)
def restore(role_profile: Subject) -> ResponseReturnValue:
    name = role_profiles_queries.detail(role_profile.id)[0].name
    done = _("The job profile %(name)s can be given to learners again.", name=name)
    return _pressed(
        role_profile.id, role_profiles_actions.restore, done, "admin_role_profiles.retire"
    )


def _pressed(key: int, act: Callable[..., None], done: str, back: str) -> ResponseReturnValue:
    to, undo = (url_for(name, role_profile_id=key) for name in ("admin_role_profiles.edit", back))
    return pressed(lambda: act(session.actor(), key, session.now()), done, to, Undo(undo))


def _frameworks() -> list[FrameworkChoice]:
    """Of each framework the version that newcomers begin with: a job profile is for all of them."""
    choices = role_profiles_queries.frameworks(session.actor(), session.today())
    return [choice for choice in choices if choice.is_for_newcomers]


def _framework() -> FrameworkChoice:
    """The one that the address or the form names, else the one in use. 404 when there is none that
    somebody could begin in."""
    wanted = request.values.get("framework", "")
    for choice in _frameworks():
        if not choice.is_hidden and wanted in ("", choice.key):
            return choice
    abort(404)


def _switch(
    endpoint: str,
    frameworks: list[FrameworkChoice],
    chosen: str | None,
    *first: tuple[str | None, str, str],
) -> list[FrameworkLink]:
    """The frameworks, where there are several, after what is offered `first`."""
    offered = [*first, *((choice.key, choice.label, choice.lang) for choice in frameworks)]
    return [
        FrameworkLink(label, lang, url_for(endpoint, framework=key), key == chosen)
        for key, label, lang in offered
        if len(frameworks) > 1
    ]


def _domains(framework: FrameworkChoice | Framework, profile_id: int = 0) -> list[TargetDomain]:
    return mark_language(role_profiles_queries.domains_of(framework.id, profile_id), framework.lang)


def _form(domains: list[TargetDomain], profile: RoleProfile | None = None) -> RoleProfileForm:
    return role_profile_form(
        ((domain.id, domain.title, domain.levels, domain.expected) for domain in domains), profile
    )


def _page(
    framework: FrameworkChoice | Framework,
    form: RoleProfileForm | None = None,
    profile: RoleProfile | None = None,
) -> str:
    """A new one is of a framework that was chosen."""
    title, label, links = _("Add a job profile"), _("Add the job profile"), []
    action = url_for("admin_role_profiles.create")
    if profile is not None:
        title, label = profile.name, _("Save")
        action = url_for("admin_role_profiles.update", role_profile_id=profile.id)
    elif isinstance(framework, FrameworkChoice):
        links = _switch("admin_role_profiles.new", _frameworks(), framework.key)
    domains = _domains(framework, 0 if profile is None else profile.id)
    sections: dict[bool, dict[str, list[TargetDomain]]] = {False: {}, True: {}}
    for domain in domains:
        sections[domain.needs_reason].setdefault(domain.strand, []).append(domain)
    return render(
        "administration/role_profiles/edit.html",
        page_title=title,
        action=action,
        label=label,
        form=form or _form(domains, profile),
        profile=profile,
        framework=framework,
        framework_links=links,
        sections=sections[False],
        traits=sections[True],
        has_traits=any(domain.expected is not None for domain in domains if domain.needs_reason),
    )
