"""Uploading a roster, saying what its columns and values mean, and who else is ended."""

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DecimalField, HiddenField
from wtforms.validators import InputRequired, NumberRange, Optional

from tracker.administration.roster import rules_files as roster_rules_files
from tracker.administration.roster.rules import (
    LABEL,
    NEW,
    NOT_HERE,
    Meanings,
    RosterMapping,
    of_row,
)
from tracker.administration.roster.rules_columns import Columns, with_titles
from tracker.administration.roster.rules_files import CELL_MAX, RosterColumn, RosterFile
from tracker.rules.core.memberships import HOURS_MAX
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    roster_empty=_l(
        "There are no rows in this file. The first row holds the headings, and each row below it "
        "a person."
    ),
    roster_large=_l(
        "This file is larger than %(most)s MB. Save only the sheet with the people, and send that."
    ),
    roster_long=_l("A file can have %(most)s rows. Split it, and import one part at a time."),
    roster_wide=_l(
        "No row holds headings: between 2 and %(most)s columns. Write a heading above each column, "
        "and delete the columns that you don’t need."
    ),
    roster_cell_long=_l(
        "In row %(row)s a cell is longer than %(most)s characters. Shorten it, or delete the "
        "column."
    ),
    roster_not_text=_l(
        "This is neither a CSV file nor an XLSX workbook. In your spreadsheet choose “Save as” and "
        "one of the two."
    ),
    roster_old_workbook=_l(
        "This is a workbook with a password, or of an old kind (XLS). Save it as XLSX without a "
        "password, and send that."
    ),
    roster_unreadable=_l(
        "From line %(line)s on this file can’t be read: a quotation mark opens there and is not "
        "closed. Correct that line and send it again."
    ),
    roster_unreadable_workbook=_l(
        "This workbook can’t be read. Open it in your spreadsheet, save it as XLSX or CSV, and "
        "send that."
    ),
    roster_unpacked_large=_l(
        "Unpacked, this workbook is far too large. Copy the people into a new workbook, or save "
        "the sheet as CSV, and send that."
    ),
    roster_overtaken=_l(
        "Something changed here after you looked at this page, so nothing was imported. The rows "
        "were compared again: check them once more."
    ),
    roster_at_work=_l(
        "“%(file)s” is being imported in the background: %(name)s asked for it. Wait until that is "
        "done, then check the rows again: it may change what they do."
    ),
    roster_replaced=_l(
        "You uploaded another file after this one, so its rows are deleted. Nobody was imported "
        "from it."
    ),
    roster_is_done=_l("This file was imported already. Upload it again to change something."),
    roster_not_done=_l("Import this file first."),
    roster_nobody_chosen=_l("Choose at least one person."),
)

ID = re.compile(r"[1-9][0-9]{0,9}")


class UploadForm(Form):
    file: Any = FileField(
        _l("File"),
        [InputRequired(_l("Choose a file."))],
        description=_l(
            "CSV or XLSX, as your staff system writes it, with a heading for each column."
        ),
    )

    def roster(self) -> RosterFile:
        """Raises Invalid for what is no roster."""
        sent = request.files.get(self.file.name)
        if sent is None or not sent.filename:
            raise Invalid("roster_empty", "file")
        content = sent.stream.read(roster_rules_files.BYTES_MAX + 1)
        name = "".join(char for char in sent.filename if char.isprintable())
        return roster_rules_files.read(name if roster_rules_files.is_kept(name) else "", content)


class ColumnsForm(Form):
    """Its selects are named `column-PLACE`."""

    full_week = DecimalField(
        _l("Hours of a full-time week"),
        places=None,
        validators=[
            Optional(),
            NumberRange(1, HOURS_MAX, _l("Write a number up to %(max)s, like 40 or 37.5.")),
        ],
        description=_l("A full-time equivalent of 0.5 is half of them."),
    )
    remember = BooleanField(_l("Remember this for the next file"), default=True)

    def mapping(self, width: int, before: RosterMapping) -> RosterMapping:
        """Of two for one column the first counts. `width`: how many columns the file has."""
        columns: Columns = {}
        for place in range(width):
            name = request.form.get(f"column-{place}", "")
            if name in set(RosterColumn):
                columns.setdefault(name, place)
        meanings = dict(before.meanings)
        if self.full_week.data:
            meanings[RosterColumn.FTE] = {"1": f"{self.full_week.data:g}"}
        return RosterMapping(with_titles(columns), meanings, before.makes_teams)


class AnswersForm(Form):
    """What values mean. Its selects are named `meaning-COLUMN-NUMBER`, the number of the value in
    their order; `said:COLUMN:VALUE` is what a value means, by its plain words; `row:NUMBER:COLUMN`
    what a cell should be; `none:COLUMN:VALUE` that it is nothing; `in:CODE` lets rows in; `out` has
    the numbers of rows to leave out."""

    makes_teams = BooleanField(_l("Make the teams that are not here yet"))
    above = fields.select_id(_l("Below"))

    def mapping(
        self, before: RosterMapping, values: Mapping[RosterColumn, Mapping[str, object]]
    ) -> RosterMapping:
        """What was said; what no field asked about stays."""
        meanings = {column: dict(meant) for column, meant in before.meanings.items()}
        for asked, words in values.items():
            for at, of_value in enumerate(words):
                if (chosen := request.form.get(f"meaning-{asked}-{at}")) is not None:
                    is_known = chosen in (NEW, NOT_HERE, *Role) or ID.fullmatch(chosen)
                    is_meant = is_known or chosen.startswith(LABEL)
                    _say(meanings, asked, of_value, chosen if is_meant else "")
        for name, typed in request.form.items():
            match name.split(":", 2):
                case ["said", of, word] if of in (*RosterColumn, "person"):
                    _say(meanings, of, word, typed)
                case ["row", number, column] if ID.fullmatch(number) and column in (*RosterColumn,):
                    _say(meanings, of_row(int(number)), column, typed)
                case ["none", of, word] if of in (*RosterColumn,):
                    _say(meanings, of, word, NOT_HERE)
                case ["in", code]:
                    _say(meanings, RosterColumn.STATUS, code, typed)
        for numbers in request.form.getlist("out"):
            for number in filter(ID.fullmatch, numbers.split()):
                _say(meanings, of_row(int(number)), "", NOT_HERE)
        _say(meanings, "above", "", str(self.above.data or ""))
        return RosterMapping(before.columns, meanings, bool(self.makes_teams.data))


def _say(meanings: Meanings, of: str, word: str, said: str) -> None:
    """Nothing where nothing was typed."""
    meant = meanings.setdefault(of, {})
    meant.pop(word, None)
    if typed := said.strip()[:CELL_MAX]:
        meant[word] = typed


class ImportForm(Form):
    seen = HiddenField()


class EndPeopleForm(Form):
    """The boxes are named `people`."""

    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))

    @property
    def people(self) -> frozenset[int]:
        return frozenset(int(box) for box in request.form.getlist("people") if ID.fullmatch(box))
