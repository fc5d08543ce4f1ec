"""The round of a team: how far its people are, and reminding those who have not sent."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration.invitations import hours
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.rounds import page as round_page
from tracker.queries.teams.rounds.page import RoundLearner, RoundPage
from tracker.rules.notifications.notices import MailLine, NoticeEmail, NoticeKind, RoundNotice
from tracker.rules.roles import Permission
from tracker.services.notifications import round_reminders as service
from tracker.web.http import rate_limits, session
from tracker.web.http.access import door, note_looks
from tracker.web.http.errors import flash_message
from tracker.web.http.form_actions import accepted
from tracker.web.i18n.render import render
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.rounds import exports as round_exports
from tracker.web.teams.rounds import list as round_list
from tracker.web.teams.rounds.list import STATE_NAMES, SUPERVISORS_MOST, RemindForm, RoundList
from tracker.web.ui.csv import csv_file
from tracker.web.ui.templating.dates import moment

bp = Blueprint("team_rounds", __name__, url_prefix="/teams")


@bp.get("/<id:team_id>/round")
@door(Permission.ROUND_READ, subjects.team)
def show(team: Subject) -> ResponseReturnValue:
    scope, offered = _scope(team)
    if not offered:
        return render("teams/round_none.html", scope=scope, team=team)
    page = _page(scope, _asked(offered))
    found = round_list.asked(page, session.now())
    note_looks([one.person_id for one in found.cut.rows], "round")
    return render(
        "teams/round.html",
        team=team,
        scope=scope,
        page=page,
        offered=offered,
        found=found,
        states=STATE_NAMES,
        stays={"team_id": team.id, "round": page.round.id},
        supervisors=page.supervisors[: None if "supervisors" in request.args else SUPERVISORS_MOST],
        nobody_selected="nobody" in request.args,
        linked={each.id for each in scope.children},
        known={one.person_id for one in scope.in_reach() if one.by_name},
    )


@bp.get("/<id:team_id>/round.csv")
@door(Permission.ROUND_READ, subjects.team)
@rate_limits.documents
def export(team: Subject) -> ResponseReturnValue:
    """The list, as it is filtered, on all its pages."""
    scope, offered = _scope(team)
    page = _page(scope, _asked(offered))
    found = round_list.asked(page, session.now())
    if found.unknown:
        abort(404)
    note_looks([one.person_id for one in found.rows], "round")
    return csv_file(
        round_exports.table(page, found, session.today(), session.actor().time_zone),
        f"{page.round.name} {page.team.name} {session.now():%Y-%m-%d}",
    )


@bp.get("/<id:team_id>/round/remind")
@door(Permission.ROUND_REMIND, subjects.team)
def preview(team: Subject) -> ResponseReturnValue:
    """Where nobody is selected, the list says so."""
    scope, offered = _scope(team)
    page = _page(scope, _asked(offered))
    found = round_list.asked(page, session.now())
    if not found.selected:
        back = _back(team, page, found)
        return redirect(url_for("team_rounds.show", nobody=1, _anchor="people", **back), 303)
    return _preview(team, page, found, found.selected, RemindForm(formdata=None))


@bp.post("/<id:team_id>/round/remind")
@door(Permission.ROUND_REMIND, subjects.team)
def remind(team: Subject) -> ResponseReturnValue:
    form = RemindForm()
    scope, offered = _scope(team)
    at = _asked(offered)
    done = accepted(
        form,
        lambda: service.remind(
            session.actor(),
            team,
            at.id,
            form.ids,
            session.blind_spots(),
            session.now(),
            by_mail=_is_mail_set(),
        ),
    )
    if done is None:
        page, ids = _page(scope, at), form.ids
        found = round_list.asked(page, session.now())
        people = [one for one in page.learners if one.can_be_reminded and one.person_id in ids]
        return _preview(team, page, found, people, form), 422
    flash_message(_reminded(done[0]))
    to = url_for(
        "team_rounds.show", **{**round_list.in_address(), "team_id": team.id, "round": at.id}
    )
    return redirect(to, 303)


def _scope(team: Subject) -> tuple[GapScope, list[PastRound]]:
    scope = gap_asked.scope_of(team)
    return scope, round_page.offered(scope)


def _asked(offered: list[PastRound]) -> PastRound:
    """The round in the address, or the one to look at first. What is not offered is no page."""
    wanted = request.args.get("round", "")
    found = [each for each in offered if wanted in ("", str(each.id))]
    if not found:
        abort(404)
    return found[0]


def _page(scope: GapScope, at: PastRound) -> RoundPage:
    return round_page.page(session.actor(), scope, at, session.now())


def _after(team: Subject, page: RoundPage, found: RoundList) -> dict[str, Any]:
    """To the list, with its filters and order."""
    return {"team_id": team.id, "round": page.round.id, **found.kept, **found.order}


def _back(team: Subject, page: RoundPage, found: RoundList) -> dict[str, Any]:
    """And with what is selected, to the same page of it."""
    page_of_it = {**found.selection.address, "page": found.cut.page}
    return {**_after(team, page, found), **page_of_it}


def _preview(
    team: Subject,
    page: RoundPage,
    found: RoundList,
    people: Sequence[RoundLearner],
    form: RemindForm,
) -> str:
    """Whom it would go to, and what they would read."""
    me = session.actor()
    line = MailLine(
        NoticeKind.ROUND_REMINDER,
        me.name,
        None,
        round=RoundNotice(page.round.name, page.round.ends_on),
    )
    to = people[0].name if people else ""
    subject, text = current_app.extensions["tracker_email_preview"](
        NoticeEmail(0, to, "", "", (line,))
    )
    waiting = [one for one in page.learners if one.state == "not_sent" and not one.can_be_reminded]
    note_looks([one.person_id for one in people], "round")
    return render(
        "teams/round_remind.html",
        team=team,
        page=page,
        form=form,
        people=people,
        after=_after(team, page, found),
        back=_back(team, page, found),
        by_day=round_list.reminders_by_day(people, me.time_zone),
        away=[one for one in waiting if one.away_until],
        lately=[one for one in waiting if not one.away_until],
        subject=subject,
        text=text,
        hours=hours(me, session.now()),
        now=session.now(),
        is_mail_set=_is_mail_set(),
    )


def _is_mail_set() -> bool:
    return current_app.extensions["tracker_mail"] is not None


def _reminded(count: int) -> str:
    found = hours(session.actor(), session.now())
    done = ngettext("%(num)d person is reminded.", "%(num)d people are reminded.", count)
    if found.at <= session.now() or not _is_mail_set():
        return str(done)
    later = ngettext(
        "%(num)d person is reminded: by notice now, by mail from %(moment)s on.",
        "%(num)d people are reminded: by notice now, by mail from %(moment)s on.",
        count,
        moment=moment(found.at),
    )
    return str(later)
