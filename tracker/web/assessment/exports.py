"""A list of a framework's statements to fill in elsewhere, and to bring back."""

from flask import Response
from flask_babel import gettext as _

from tracker.queries.assessment.import_targets import BlankStatement
from tracker.queries.assessment.learners import Learner
from tracker.web.ui.csv import Table, csv_file


def template(learner: Learner, statements: list[BlankStatement]) -> Response:
    rows: Table = [
        [
            _("Code"),
            _("Statement"),
            _("Domain"),
            _("Level"),
            _("Your answer"),
            _("Date"),
            _("For myself"),
        ]
    ]
    rows += [[each.code, each.title, each.domain, each.level, "", "", ""] for each in statements]
    return csv_file(rows, _("My ratings") + f" {learner.framework}")
