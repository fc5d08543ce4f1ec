"""A learner's own ratings and endorsements, statement by statement, to take along."""

from dataclasses import asdict

from flask import Response, jsonify
from flask_babel import gettext as _

from tracker.assessment.older.queries import RetiredAnswer, RetiredStatement
from tracker.frameworks.versions.rules_levels import DomainStanding, known_rank
from tracker.profiles.growth.queries import KeptRecord
from tracker.profiles.profile.pages_cards import VoiceSummary
from tracker.profiles.profile.queries import Profile
from tracker.record.endorsements.rules import AgreedException
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules_voices import ShownAnswer, StatementVoices
from tracker.record.versions.queries_lines import LineStatement
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
    rows: Table = [[*head]]
    for statement in statements:
        own = [statement.own.label, statement.own.at.isoformat()] if statement.own else ["", ""]
        endorsed = (
            [
                statement.endorsed.label,
                statement.endorsed.who,
                statement.endorsed.at.isoformat(),
                statement.endorsed.version,
            ]
            if statement.endorsed
            else [""] * 4
        )
        left_out = statement.exception
        agreed = (
            [left_out.reason, ", ".join(left_out.names), left_out.on.isoformat()]
            if left_out
            else ["", "", ""]
        )
        rows.append(
            [
                statement.code,
                statement.title,
                statement.rank,
                *own,
                *endorsed,
                statement.not_rated_here or "",
                *agreed,
                "; ".join(_earlier(one) for one in lines.get(statement.id, ())),
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
        headlines={summary.voice: summary.headline for summary in summaries},
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
                "code": statement.code,
                "title": statement.title,
                "level": statement.rank,
                "own": _answer(statement.own),
                "endorsed": _answer(statement.endorsed),
                "not_rated_here": statement.not_rated_here,
                "counts_from": statement.later.day.isoformat() if statement.later else None,
                "agreed_exception": _agreed(statement.exception),
                "earlier_versions": [
                    {
                        "version": one.version,
                        "code": one.code,
                        "title": one.title,
                        "text": one.text,
                        "change": one.change,
                        "carries": one.carries,
                    }
                    for one in lines.get(statement.id, ())
                ],
            }
            for statement in statements
        ],
        rounds=[{**asdict(round_), "as_of": round_.as_of.isoformat()} for round_ in rounds],
        retired=[
            {
                "version": statement.version,
                "code": statement.code,
                "title": statement.title,
                "text": statement.text,
                "own": _kept(statement.own),
                "endorsed": _kept(statement.endorsed),
            }
            for statement in retired
        ],
    )
    response.headers["Content-Disposition"] = 'attachment; filename="profile.json"'
    return response


def _standing(of: DomainStanding) -> dict[str, object]:
    """`level`: the rank that is reached, null where it isn't known."""
    return {"level": known_rank(of), "against_target": of.target_state}


def _earlier(one: LineStatement) -> str:
    change = _("carries") if one.carries else _("rate again")
    return f"{one.version} {one.code} ({change})"


def _agreed(exception: AgreedException | None) -> dict[str, object] | None:
    if exception is None:
        return None
    return {"reason": exception.reason, "by": list(exception.names), "at": exception.on.isoformat()}


def _answer(answer: ShownAnswer | None) -> dict[str, str] | None:
    if answer is None:
        return None
    values = {
        "answer": answer.key,
        "label": answer.label,
        "counts_as": answer.means,
        "at": answer.at.isoformat(),
    }
    return {**values, "by": answer.who, "version": answer.version} if answer.who else values


def _kept(answer: RetiredAnswer | None) -> dict[str, str] | None:
    if answer is None:
        return None
    values = {"answer": answer.key, "label": answer.label, "at": answer.at.isoformat()}
    return {**values, "by": answer.who} if answer.who else values
