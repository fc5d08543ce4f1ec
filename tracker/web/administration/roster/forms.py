"""Uploading a roster, saying what its columns and values mean, and who else is ended."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from tracker.rules.administration.roster import files
from tracker.rules.administration.roster.columns import Columns, RosterColumn
from tracker.rules.administration.roster.entries import NEW, NOT_HERE, Meanings
from tracker.rules.administration.roster.files import RosterFile
from tracker.rules.errors import Invalid
from tracker.web.ui import fields
from tracker.web.ui.form import Form

ID = re.compile(r"[1-9][0-9]{0,9}")
Values = Mapping[RosterColumn, Mapping[str, tuple[str, int]]]


class UploadForm(Form):
    file: Any = FileField(
        _l("File"),
        [InputRequired(_l("Choose a file."))],
        description=_l("CSV or XLSX, with headings in the first row."),
    )

    def roster(self) -> RosterFile:
        """Raises Invalid for what is no roster."""
        sent = request.files.get(self.file.name)
        if sent is None or not sent.filename:
            raise Invalid("roster_empty", "file")
        content = sent.stream.read(files.BYTES_MAX + 1)
        name = "".join(char for char in sent.filename if char.isprintable())
        return files.read(name if files.is_kept(name) else "", content)


class MappingForm(Form):
    """Its selects are named `column-PLACE` and `meaning-COLUMN-NUMBER`: the number of the value in
    their order."""

    makes_teams = BooleanField(_l("Make the teams that are not here yet"))
    remember = BooleanField(_l("Remember this for the next import"), default=True)

    def columns(self, headings: Sequence[str]) -> Columns:
        """Of two for one column the first counts."""
        found: Columns = {}
        for place in range(len(headings)):
            name = request.form.get(f"column-{place}", "")
            if name in set(RosterColumn):
                found.setdefault(RosterColumn(name), place)
        return found

    def meanings(self, values: Values, before: Meanings) -> Meanings:
        """What was chosen; what no select asked about stays."""
        found = {column: dict(meant) for column, meant in before.items()}
        for column, words in values.items():
            for number, word in enumerate(words):
                chosen = request.form.get(f"meaning-{column}-{number}")
                if chosen is None:
                    continue
                meant = found.setdefault(column, {})
                if chosen in (NEW, NOT_HERE, *ROLE_WORDS) or ID.fullmatch(chosen):
                    meant[word] = chosen
                else:
                    meant.pop(word, None)
        return found


ROLE_WORDS = ("learner", "supervisor", "coordinator")


class ImportForm(Form):
    seen = HiddenField()


class EndPeopleForm(Form):
    """The boxes are named `people`."""

    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))

    @property
    def people(self) -> frozenset[int]:
        return frozenset(int(box) for box in request.form.getlist("people") if ID.fullmatch(box))
