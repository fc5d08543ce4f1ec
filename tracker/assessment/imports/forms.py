"""A learner's own list of ratings: pasted, or as a file."""

import re

from flask import request
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Optional

from tracker.assessment.imports.rules import (
    CHARS_MAX,
    HEADINGS,
    RECORD_MAX,
    ImportColumn,
    of_record,
)
from tracker.rules.delimited import decode, plain
from tracker.rules.errors import Invalid
from tracker.web.http.errors import refusal_messages
from tracker.web.http.input_checks import is_clean
from tracker.web.ui.form import Form

refusal_messages(
    list_empty=_l("There is no line in it yet. Paste your list, or choose its file."),
    list_both=_l(
        "You pasted a list and chose a file. Use one of them: empty the box, or leave the file out."
    ),
    list_large=_l(
        "This is longer than %(most)s thousand characters. Nothing was stored; send it in parts."
    ),
    list_long=_l(
        "A list can have %(most)s lines; this one has %(lines)s. Nothing was stored; send it in "
        "parts."
    ),
    list_not_text=_l(
        "This is no text file. In your spreadsheet choose “Save as” and then CSV, and send that."
    ),
    record_zipped=_l("This is a whole record. Unpack it, then choose its record.json here."),
    record_unreadable=_l("This isn’t the record.json of a record, or it was changed."),
    record_other_framework=_l("This record has no ratings in your framework."),
    list_unreadable=_l(
        "From line %(line)s on this cannot be read: a quotation mark opens there and is not "
        "closed as "
        "it should be. Mend that line and send it again; what you pasted is still here."
    ),
    list_no_statement_column=_l(
        "The heading names no column of statements. Call it Code or Statement."
    ),
    list_no_answer_column=_l("The heading names no column of answers. Call it Your answer."),
    list_overtaken=_l(
        "Something changed after you looked at this list, so nothing was stored. Check it once "
        "more."
    ),
)

TICK = re.compile(r"[1-9][0-9]{0,9}")


class ListForm(Form):
    text = TextAreaField(_l("Your list"), [Optional()])
    file = FileField(_l("Or its file (CSV, TSV, or the record.json of a record)"), [Optional()])

    def source(self, slug: str) -> str:
        """What was pasted, or the text of the file; of a downloaded record its ratings in that
        framework. Raises Invalid."""
        sent = request.files.get(self.file.name)
        content = sent.stream.read(RECORD_MAX + 1) if sent is not None and sent.filename else b""
        pasted = self.text.data or ""
        if content and pasted.strip():
            raise Invalid("list_both", "file")
        if not content:
            return pasted
        if content.startswith(b"PK") and b"record.json" in content:
            raise Invalid("record_zipped", "file")
        is_record = content.lstrip().startswith(b"{")
        if len(content) > (RECORD_MAX if is_record else 4 * CHARS_MAX):
            raise Invalid("list_large", "file", most=CHARS_MAX // 1000)
        text = decode(content)
        if not is_clean(text):
            raise Invalid("list_not_text", "file")
        if is_record and not is_clean(text := of_record(text, slug)):
            raise Invalid("record_unreadable", "file")
        return text


class StoreForm(Form):
    """`seen` is the digest of the plan that the page showed; the boxes are named `replace`."""

    text = HiddenField()
    seen = HiddenField()

    @property
    def ticked(self) -> frozenset[int]:
        return frozenset(int(box) for box in request.form.getlist("replace") if TICK.fullmatch(box))


def headings() -> dict[str, ImportColumn]:
    """What a column may be called: in English, and as the exports call it in the reader's
    language."""
    own = {
        ImportColumn.CODE: (_("Code"),),
        ImportColumn.TITLE: (_("Statement"),),
        ImportColumn.ANSWER: (_("Your answer"),),
        ImportColumn.DAY: (_("Answered at"), _("Date")),
        ImportColumn.NOTE: (_("For myself"),),
        ImportColumn.REVIEWER_NOTE: (_("For my reviewer"),),
    }
    return {
        plain(name): column
        for names in (HEADINGS, own)
        for column, those in names.items()
        for name in those
    }
