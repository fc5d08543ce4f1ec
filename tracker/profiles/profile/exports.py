"""A learner's own ratings and endorsements, statement by statement, to take along."""

from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _

from tracker.assessment.older.queries import RetiredAnswer, RetiredStatement
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import DomainLevels, known_rank
from tracker.profiles.profile.pages_cards import summaries
from tracker.record.endorsements.rules import AgreedException
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import ShownAnswer, StatementVoices
from tracker.record.versions.queries_lines import LineStatement
from tracker.web.ui.csv import Table, csv_file

EARLIER = ("version", "code", "title", "text", "change", "carries")
"""What is said of a statement of an earlier version."""


def as_csv(
    learner: Learner, statements: list[StatementVoices], lines: dict[int, list[LineStatement]]
) -> Response:
    """Times are UTC, in ISO 8601."""
    head: list[str | int] = [
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
        own, endorsed, agreed = statement.own, statement.endorsed, statement.exception
        rows.append(
            [
                *(statement.code, statement.title, statement.rank),
                *((own.label, own.at.isoformat()) if own else ("", "")),
                *((endorsed.label, endorsed.who) if endorsed else ("", "")),
                *((endorsed.at.isoformat(), endorsed.version) if endorsed else ("", "")),
                statement.not_rated_here or "",
                *((agreed.reason, ", ".join(agreed.names)) if agreed else ("", "")),
                agreed.on.isoformat() if agreed else "",
                "; ".join(_earlier(one) for one in lines.get(statement.id, ())),
            ]
        )
    return csv_file(rows, f"{learner.name} {learner.framework}")


def as_json(
    learner: Learner,
    sheet: Sheet,
    statements: list[StatementVoices],
    lines: dict[int, list[LineStatement]],
    retired: list[RetiredStatement],
    rounds: list[dict[str, Any]],
) -> Response:
    own, endorsed = sheet.standings(Voice.SELF), sheet.standings(Voice.ENDORSED)
    response = jsonify(
        framework=learner.framework_slug,
        version=learner.framework_version,
        name=learner.name,
        role_profile=learner.role_profile,
        headlines={summary.voice: summary.headline for summary in summaries(sheet)},
        domains=[
            {
                "domain": domain.title,
                "target": sheet.targets.get(domain.id),
                "own": _standing(own[domain.id]),
                "endorsed": _standing(endorsed[domain.id]),
            }
            for domain in sheet.domains
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
                    {name: getattr(one, name) for name in EARLIER}
                    for one in lines.get(statement.id, ())
                ],
            }
            for statement in statements
        ],
        rounds=rounds,
        retired=[
            {
                "version": statement.version,
                "code": statement.code,
                "title": statement.title,
                "text": statement.text,
                "own": _answer(statement.own),
                "endorsed": _answer(statement.endorsed),
            }
            for statement in retired
        ],
    )
    response.headers["Content-Disposition"] = 'attachment; filename="profile.json"'
    return response


def _standing(of: DomainLevels) -> dict[str, object]:
    """`level`: the rank that is reached, null where it isn't known."""
    return {"level": known_rank(of), "against_target": of.target_state}


def _earlier(one: LineStatement) -> str:
    change = _("carries") if one.carries else _("rate again")
    return f"{one.version} {one.code} ({change})"


def _agreed(exception: AgreedException | None) -> dict[str, object] | None:
    if exception is None:
        return None
    return {"reason": exception.reason, "by": list(exception.names), "at": exception.on.isoformat()}


def _answer(answer: ShownAnswer | RetiredAnswer | None) -> dict[str, str] | None:
    if answer is None:
        return None
    values = {"answer": answer.key, "label": answer.label, "at": answer.at.isoformat()}
    if answer.who:
        values["by"] = answer.who
    if isinstance(answer, ShownAnswer):
        values["counts_as"] = answer.means
        if answer.who:
            values["version"] = answer.version
    return values
