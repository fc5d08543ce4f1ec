"""A version as a file or a table, and its changes, to take away."""

import json

from flask import Response
from flask_babel import gettext as _

from tracker.frameworks.changes.rules_levels import HEADINGS, csv_rows, json_rows
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.frameworks.files.rules import FrameworkFile, text_of
from tracker.frameworks.published.pages import FrameworkPage
from tracker.web.http.downloads import attachment
from tracker.web.ui.csv import Table, csv_file


def framework_file(file: FrameworkFile) -> Response:
    name = f"{file.slug}-{file.version}.json"
    return attachment(text_of(file).encode(), name, "application/json")


def statements_csv(page: FrameworkPage) -> Response:
    """Each row says which framework it is of: rows get copied without their neighbors."""
    head = [_("Framework"), _("Version"), _("Section"), _("Domain"), _("Level"), _("Code")]
    table: Table = [[*head, _("Statement"), _("Text"), _("Sources")]]
    table += [
        [
            page.row.title,
            page.row.version,
            strand.title,
            domain.title,
            level.name if strand.has_levels else "",
            statement.code,
            statement.title,
            statement.text,
            "; ".join(page.sources[key].name for key in statement.citations),
        ]
        for strand in page.file.strands
        for domain in strand.domains
        for level, statements in page.levels(strand, domain)
        for statement in statements
    ]
    return csv_file(table, f"{page.row.slug} {page.row.version}")


def changes_csv(drafted: DraftedVersion) -> Response:
    rows = csv_rows(drafted.comparison, drafted.decision_of)
    table: Table = [[*HEADINGS]]
    table += [[row.get(name, "") for name in HEADINGS] for row in rows]
    return csv_file(table, _name(drafted))


def changes_json(drafted: DraftedVersion) -> Response:
    rows = json_rows(drafted.comparison, drafted.decision_of)
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    return attachment(text.encode(), f"{_name(drafted)}.json", "application/json")


def _name(drafted: DraftedVersion) -> str:
    return f"{drafted.after.slug}-{drafted.before.version}-to-{drafted.after.version}"
