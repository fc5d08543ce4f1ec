"""What the pages of moves say: whom and when one is for, and what is planned."""

import datetime as dt

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy import permissions
from tracker.queries.access import subjects
from tracker.queries.administration import people, team_tree
from tracker.queries.frameworks import version_steps
from tracker.queries.frameworks.planned_moves import ListedMove
from tracker.queries.frameworks.version_steps import MoveScope, VersionStep
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission
from tracker.web.administration.moves.forms import MoveTime, VersionMoveForm
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
    scope = scope_of(step, form)
    whom = _person(scope.person_id) if scope.person_id is not None else None
    found = version_steps.people(scope, session.today())
    to_rate = version_steps.to_rate(scope, session.today())
    return render(
        "administration/moves/new.html",
        form=form,
        step=step,
        scope=scope,
        whom=whom,
        people=len(found),
        names=version_steps.names(found) if scope.team_id is not None else [],
        asks_team=form.first.data and scope.is_whole,
        can_move=found or (scope.is_whole and step.of_newcomers),
        button=_button(step, len(found)),
        seen=version_steps.digest(scope, found),
        to_rate=to_rate,
        minutes=minutes_for(to_rate.again + to_rate.new, LEARNER_SECONDS),
    )


def _button(step: VersionStep, people: int) -> str:
    if not people:
        return str(_("Let newcomers begin with it"))
    if step.round:
        words = ngettext("Plan to move %(num)d person", "Plan to move %(num)d people", people)
    else:
        words = ngettext("Move %(num)d person", "Move %(num)d people", people)
    return str(words)


def _person(person_id: int) -> str:
    subject = subjects.person(person_id, session.today())
    actor = session.actor()
    if subject is None or not permissions.allows(actor, Permission.ADMINISTER_PERSON, subject):
        abort(404)
    return people.detail(person_id, session.now()).name


def moved_words(step: VersionStep, count: int) -> str:
    return str(
        ngettext(
            "%(num)d person is on version %(after)s now. You can move them back at any time.",
            "%(num)d people are on version %(after)s now. You can move them back at any time.",
            count,
            after=step.after,
        )
    )


def planned_words(step: VersionStep, count: int, on: dt.date) -> str:
    return str(
        ngettext(
            "Planned: %(num)d person moves to version %(after)s on %(day)s.",
            "Planned: %(num)d people move to version %(after)s on %(day)s.",
            count,
            after=step.after,
            day=day(on),
        )
    )


def canceled_words(others: int) -> str:
    """`others`: how many moves stay planned."""
    if not others:
        return str(_("The planned move is canceled. Nobody moves."))
    return str(
        ngettext(
            "The planned move is canceled. %(num)d other move stays planned.",
            "The planned move is canceled. %(num)d other moves stay planned.",
            others,
        )
    )


def planned_title(move: ListedMove) -> str:
    who = move.person or ngettext("%(num)d person", "%(num)d people", move.people)
    facts = {"after": move.after, "day": day(move.on), "who": who, "round": move.round}
    if move.round:
        return str(_("Version %(after)s when “%(round)s” ends, on %(day)s, for %(who)s", **facts))
    return str(_("Version %(after)s on %(day)s, for %(who)s", **facts))


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
