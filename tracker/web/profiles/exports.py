"""A learner's own ratings and endorsements, statement by statement, to take along."""

from dataclasses import asdict

from flask import Response, jsonify
from flask_babel import gettext as _

from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.retired_statements import RetiredAnswer, RetiredStatement
from tracker.queries.assessment.statement_lines import LineStatement
from tracker.queries.profiles.growth import KeptRecord
from tracker.queries.profiles.profiles import Profile
from tracker.rules.profiles.levels import DomainStanding, known_rank
from tracker.rules.profiles.statement_status import ShownAnswer, StatementVoices
from tracker.rules.reviews.exceptions import AgreedException
from tracker.web.profiles.cards import VoiceSummary
from tracker.web.ui.csv import Table, csv_file


def as_csv(
    learner: Learner, statements: list[StatementVoices], lines: dict[int, list[LineStatement]]
) -> Response:
    """Times are UTC, in ISO 8601."""
    head = [
        _("Code"),
        _("Statement"),
        _("Level"),
        _("Your answer"),
        _("Answered at"),
        _("Reviewed"),
        _("By"),
        _("Reviewed at"),
        _("Reviewed on version"),
        _("Not rated here"),
        _("Doesn’t apply here"),
        _("Agreed by"),
        _("Agreed at"),
        _("In earlier versions"),
    ]
    rows: Table = [head]
    for each in statements:
        own = [each.own.label, each.own.at.isoformat()] if each.own else ["", ""]
        endorsed = (
            [
                each.endorsed.label,
                each.endorsed.who,
                each.endorsed.at.isoformat(),
                each.endorsed.version,
            ]
            if each.endorsed
            else [""] * 4
        )
        left_out = each.exception
        agreed = (
            [left_out.reason, ", ".join(left_out.names), left_out.on.isoformat()]
            if left_out
            else ["", "", ""]
        )
        rows.append(
            [
                each.code,
                each.title,
                each.rank,
                *own,
                *endorsed,
                each.not_rated_here or "",
                *agreed,
                "; ".join(_earlier(one) for one in lines.get(each.id, ())),
            ]
        )
    return csv_file(rows, f"{learner.name} {learner.framework}")


def as_json(
    profile: Profile,
    summaries: list[VoiceSummary],
    statements: list[StatementVoices],
    lines: dict[int, list[LineStatement]],
    retired: list[RetiredStatement],
    rounds: list[KeptRecord],
) -> Response:
    learner = profile.learner
    response = jsonify(
        framework=learner.framework_slug,
        version=learner.framework_version,
        name=learner.name,
        role_profile=learner.role_profile,
        headlines={each.voice: each.headline for each in summaries},
        domains=[
            {
                "domain": domain.title,
                "target": profile.targets.get(domain.id),
                "own": _standing((profile.own or {})[domain.id]),
                "endorsed": _standing(profile.endorsed[domain.id]),
            }
            for domain in profile.domains
        ],
        statements=[
            {
                "code": each.code,
                "title": each.title,
                "level": each.rank,
                "own": _said(each.own),
                "endorsed": _said(each.endorsed),
                "not_rated_here": each.not_rated_here,
                "counts_from": each.later.day.isoformat() if each.later else None,
                "agreed_exception": _agreed(each.exception),
                "earlier_versions": [
                    {
                        "version": one.version,
                        "code": one.code,
                        "title": one.title,
                        "text": one.text,
                        "change": one.change,
                        "carries": one.carries,
                    }
                    for one in lines.get(each.id, ())
                ],
            }
            for each in statements
        ],
        rounds=[{**asdict(each), "as_of": each.as_of.isoformat()} for each in rounds],
        retired=[
            {
                "version": each.version,
                "code": each.code,
                "title": each.title,
                "text": each.text,
                "own": _kept(each.own),
                "endorsed": _kept(each.endorsed),
            }
            for each in retired
        ],
    )
    response.headers["Content-Disposition"] = 'attachment; filename="profile.json"'
    return response


def _standing(of: DomainStanding) -> dict[str, object]:
    """`level`: the rank that is reached, null where it isn't known."""
    return {"level": known_rank(of), "against_target": of.target_state}


def _earlier(one: LineStatement) -> str:
    said = _("carries") if one.carries else _("rate again")
    return f"{one.version} {one.code} ({said})"


def _agreed(exception: AgreedException | None) -> dict[str, object] | None:
    if exception is None:
        return None
    return {"reason": exception.reason, "by": list(exception.names), "at": exception.on.isoformat()}


def _said(said: ShownAnswer | None) -> dict[str, str] | None:
    if said is None:
        return None
    found = {
        "answer": said.key,
        "label": said.label,
        "counts_as": said.means,
        "at": said.at.isoformat(),
    }
    return {**found, "by": said.who, "version": said.version} if said.who else found


def _kept(said: RetiredAnswer | None) -> dict[str, str] | None:
    if said is None:
        return None
    found = {"answer": said.key, "label": said.label, "at": said.at.isoformat()}
    return {**found, "by": said.who} if said.who else found
