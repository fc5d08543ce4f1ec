"""What the pages of moves say: whom and when one is for, and what is planned."""

import datetime as dt

from flask import abort
from flask_babel import gettext as _, ngettext

from tracker.administration.teams import queries as team_tree
from tracker.administration.version_moves.forms import MoveTime, VersionMoveForm
from tracker.frameworks.versions import queries_steps as version_steps
from tracker.frameworks.versions.queries_moves import ListedMove
from tracker.frameworks.versions.queries_steps import MoveScope, VersionStep
from tracker.policy import permissions
from tracker.queries.access import subjects
from tracker.queries.core import people
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.templating.dates import day


def scope_of(step: VersionStep, form: VersionMoveForm) -> MoveScope:
    return MoveScope(
        session.actor().library_id, step.from_id, step.to_id, form.team_id.data, form.person_id.data
    )


def offer_teams(form: VersionMoveForm) -> None:
    teams = team_tree.choices(session.actor())
    everybody = _("Choose a team") if form.first.data else _("Everybody in the library")
    form.team_id.choices = fields.choices([("", everybody), *teams])


def _offer_times(form: VersionMoveForm, step: VersionStep) -> None:
    times = [(MoveTime.NOW, _("Now")), (MoveTime.DAY, _("On a day you choose"))]
    if step.round_ends_on is not None:
        times[0] = (
            MoveTime.ROUND_ENDS,
            _(
                "When “%(round)s” ends: on %(day)s, or later if the round is prolonged",
                round=step.round,
                day=day(step.round_ends_on + dt.timedelta(days=1)),
            ),
        )
    form.when.choices = fields.choices(times)
    if form.when.data not in dict(times):
        form.when.data = times[0][0]


def move_page(form: VersionMoveForm, step: VersionStep) -> str:
    offer_teams(form)
    _offer_times(form, step)
    scope, today = scope_of(step, form), session.today()
    who = version_steps.people(scope, today)
    to_rate = version_steps.to_rate(scope, today)
    button = ngettext("Move %(num)d person", "Move %(num)d people", len(who))
    if not who:
        button = _("Let newcomers begin with it")
    elif step.round:
        button = ngettext("Plan to move %(num)d person", "Plan to move %(num)d people", len(who))
    return render(
        "administration/moves/new.html",
        form=form,
        step=step,
        scope=scope,
        whom=None if scope.person_id is None else _name(scope.person_id),
        people=len(who),
        names=version_steps.names(who) if scope.team_id is not None else [],
        asks_team=form.first.data and scope.is_whole,
        can_move=who or (scope.is_whole and step.of_newcomers),
        button=button,
        seen=version_steps.digest(scope, who),
        to_rate=to_rate,
        minutes=minutes_for(to_rate.again + to_rate.new, LEARNER_SECONDS),
    )


def _name(person_id: int) -> str:
    subject = subjects.person(person_id, session.today())
    actor = session.actor()
    if subject is None or not permissions.allows(actor, Permission.ADMINISTER_PERSON, subject):
        abort(404)
    return people.person(person_id).name


def planned_title(move: ListedMove) -> str:
    who = move.person or ngettext("%(num)d person", "%(num)d people", move.people)
    facts = {"after": move.after, "day": day(move.on), "who": who, "round": move.round}
    if move.round:
        return _("Version %(after)s when “%(round)s” ends, on %(day)s, for %(who)s", **facts)
    return _("Version %(after)s on %(day)s, for %(who)s", **facts)


def planned_notes(move: ListedMove) -> list[str]:
    facts = {"framework": move.title, "before": move.before, "team": move.team}
    notes = [
        _("%(framework)s, from version %(before)s: %(team)s, with the teams below it.", **facts)
        if move.team
        else _("%(framework)s, from version %(before)s.", **facts)
    ]
    if move.newcomers:
        notes.append(_("Newcomers begin with version %(after)s from then on.", after=move.after))
    if move.waits_for:
        notes.append(
            _(
                "It waits: “%(round)s” keeps version %(before)s until %(day)s.",
                round=move.waits_for,
                before=move.before,
                day=day(move.waits_until),
            )
        )
    elif move.round:
        notes.append(_("If the round is prolonged, the move waits."))
    return [str(note) for note in notes]
