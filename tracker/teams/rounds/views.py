"""The round of a team: how far its people are, and reminding those who have not sent."""

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from tracker.accounts.links.queries import own_library
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.core.notices import MailLine, NoticeEmail, NoticeKind, RoundNotice
from tracker.rules.roles import Permission
from tracker.teams.gaps.pages_filters import scope_of
from tracker.teams.gaps.queries_scope import GapScope, PastRound
from tracker.teams.rounds import actions as teams_rounds_actions, queries as teams_rounds_queries
from tracker.teams.rounds.exports import table
from tracker.teams.rounds.pages import (
    STATE_NAMES,
    SUPERVISORS_MOST,
    TEAMS_MOST,
    RemindForm,
    RoundList,
    in_address,
    reminders_by_day,
    round_list,
    words_of,
)
from tracker.teams.rounds.queries import RoundLearner
from tracker.teams.rounds.rules import RoundState
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.ui.csv import csv_file
from tracker.web.ui.templating.dates import moment

bp = Blueprint("team_rounds", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/round")
@door(Permission.ROUND_READ, subjects_queries.team)
def show(team: Subject) -> ResponseReturnValue:
    scope = scope_of(team)
    offered = teams_rounds_queries.offered(scope)
    if not offered:
        return render("teams/round_none.html", scope=scope, team=team)
    listed = round_list(scope, _asked(scope))
    page = listed.page
    note_looks([one.person_id for one in listed.cut.rows], "round")
    return render(
        "teams/round.html",
        team=team,
        scope=scope,
        page=page,
        offered=offered,
        listed=listed,
        states=STATE_NAMES,
        words=words_of(page),
        stays={"team_id": team.id, "round": page.round.id},
        branches=page.branches[: None if "teams" in request.args else TEAMS_MOST],
        supervisors=page.supervisors[: None if "supervisors" in request.args else SUPERVISORS_MOST],
        nobody_selected="nobody" in request.args,
        linked={child.id for child in scope.children},
        known={one.person_id for one in scope.in_reach() if one.place.by_name},
    )


@bp.get("/<id:team_id>/round.csv")
@door(Permission.ROUND_READ, subjects_queries.team)
@rate_limits.documents
def export(team: Subject) -> ResponseReturnValue:
    """The list, as it is filtered, on all its pages."""
    listed = _listed(team)
    if listed.unknown:
        abort(404)
    note_looks([one.person_id for one in listed.rows], "round")
    name = f"{listed.page.round.name} {listed.page.team.name} {session.now():%Y-%m-%d}"
    return csv_file(table(listed, session.today(), session.actor().time_zone), name)


@bp.get("/<id:team_id>/round/remind")
@door(Permission.ROUND_REMIND, subjects_queries.team)
def preview(team: Subject) -> ResponseReturnValue:
    """Where nobody is selected, the list says so."""
    listed = _listed(team)
    if not listed.selected:
        back = url_for("team_rounds.show", nobody=1, _anchor="people", **listed.back)
        return redirect(back, 303)
    return _preview(team, listed, listed.selected, RemindForm(formdata=None))


@bp.post("/<id:team_id>/round/remind")
@door(Permission.ROUND_REMIND, subjects_queries.team)
def remind(team: Subject) -> ResponseReturnValue:
    form = RemindForm()
    scope = scope_of(team)
    at = _asked(scope)
    done = accepted(
        form,
        lambda: teams_rounds_actions.remind(
            session.actor(), team, at.id, form.ids, session.now(), by_mail=session.is_mail_set()
        ),
    )
    if done is None:
        listed, ids = round_list(scope, at), form.ids
        able = [one for one in listed.page.learners if one.can_be_reminded]
        return _preview(team, listed, [one for one in able if one.person_id in ids], form), 422
    flash_message(_reminded(done[0]))
    after = {**in_address(), "team_id": team.id, "round": at.id}
    return redirect(url_for("team_rounds.show", **after), 303)


def _listed(team: Subject) -> RoundList:
    scope = scope_of(team)
    return round_list(scope, _asked(scope))


def _asked(scope: GapScope) -> PastRound:
    """The round in the address, or the one to look at first. What is not offered is no page."""
    wanted = request.args.get("round", "")
    offered = (
        period for period in teams_rounds_queries.offered(scope) if wanted in ("", str(period.id))
    )
    return next(offered, None) or abort(404)


def _preview(
    team: Subject, listed: RoundList, people: Sequence[RoundLearner], form: RemindForm
) -> str:
    """Whom it would go to, and what they would read."""
    me, period = session.actor(), listed.page.round
    line = MailLine(
        NoticeKind.ROUND_REMINDER, me.name, None, round=RoundNotice(period.name, period.ends_on)
    )
    to, library = people[0].name if people else "", own_library(me)
    subject, text = current_app.extensions["tracker_email_preview"](
        NoticeEmail(mail_id=0, name=to, address="", token="", lines=(line,))
    )
    waiting = [
        one
        for one in listed.page.learners
        if one.state is RoundState.NOT_SENT and not one.can_be_reminded
    ]
    note_looks([one.person_id for one in people], "round")
    return render(
        "teams/round_remind.html",
        team=team,
        page=listed.page,
        form=form,
        people=people,
        after=listed.after,
        back=listed.back,
        by_day=reminders_by_day(people, me.time_zone),
        away=[one for one in waiting if one.away_until],
        lately=[one for one in waiting if not one.away_until],
        subject=subject,
        text=text,
        library=library,
        goes_at=library.mails_from(session.now()),
        now=session.now(),
        is_mail_set=session.is_mail_set(),
    )


def _reminded(count: int) -> str:
    goes_at = own_library(session.actor()).mails_from(session.now())
    done = ngettext("%(num)d person is reminded.", "%(num)d people are reminded.", count)
    if goes_at <= session.now() or not session.is_mail_set():
        return str(done)
    later = ngettext(
        "%(num)d person is reminded: by notice now, by mail from %(moment)s on.",
        "%(num)d people are reminded: by notice now, by mail from %(moment)s on.",
        count,
        moment=moment(goes_at),
    )
    return str(later)
