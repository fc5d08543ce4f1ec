"""Uploading a file, starting the next version, and deciding about its changes."""

import re
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.files.rules_problems import Known
from tracker.frameworks.files.rules_reading import FrameworkFileError, decode, read_framework
from tracker.frameworks.versions.rules import VersionDecision
from tracker.rules.errors import Invalid
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

BYTES_MAX = 2_000_000
VERSION = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*\Z")
CHANGE = re.compile(r"change-([0-9a-f]{64})")
SHOWN = 50
"""Problems of a file that are listed at once."""
RETIRED = re.compile(r"(keep|retire)-([0-9a-f]{64})")

refusal_messages(
    draft_changed=_l(
        "The draft changed since you opened this page. Nothing was saved; check it again."
    ),
    draft_choices_unsaved=_l(
        "Nothing was published: choices that the page shows were not saved yet. Check them here, "
        "then publish."
    ),
    draft_ended=_l("This draft was published or discarded. Nothing was changed."),
    draft_outdated=_l(
        "The version that this draft follows was withdrawn. Export the draft’s file and upload it "
        "again: it will be compared with the version before."
    ),
    draft_there=_l("A draft of this framework is open already. Upload a file to change it."),
    draft_unfit=_l("The draft can’t be published yet. Mend what is listed beside Publish first."),
    framework_draft_open=_l(
        "A draft of version %(version)s is open, made by %(by)s, %(when)s. %(choices)s To "
        "replace it all the same, choose the file again and check the box."
    ),
    framework_file_large=_l("This file is larger than 2 MB. Choose the file of one framework."),
    framework_file_wrong=_l(
        "The file can’t be used. Correct what is listed here, and upload it again."
    ),
    framework_origin_unknown=_l(
        "No version has a statement with the UUID in “from” of %(statements)s. Correct it in the "
        "file."
    ),
    framework_scale_differs=_l(
        "The answers are not those of version %(version)s, or they count as something else. "
        "Answers that were used stay the same: give the file the answers of that version."
    ),
    framework_version_differs=_l(
        "Version %(version)s is published with other content. Give the file a new version number."
    ),
    framework_version_there=_l(
        "Version %(version)s was published before. Enter another version number."
    ),
    framework_version_withdrawn=_l(
        "Version %(version)s was withdrawn, and its number is not given again. Give the file a new "
        "version number."
    ),
    origin_unknown=_l("Choose statements from the lists."),
    place_unknown=_l("Choose domains from the lists."),
    part_unknown=_l("Choose one of the answers beside the change."),
)


class FrameworkFileForm(Form):
    file: Any = FileField(
        _l("Framework file"),
        [InputRequired(_l("Choose a file."))],
        description=_l("The JSON file of the whole framework, with a new version number."),
    )
    seen = HiddenField()
    replace = BooleanField(_l("Replace the draft that is open"))

    problems: Sequence[str] = ()

    def framework(self, known: Known) -> FrameworkFile:
        """Raises Invalid; `problems` are what is wrong in it."""
        sent = request.files.get(self.file.name)
        content = b"" if sent is None else sent.stream.read(BYTES_MAX + 1)
        if len(content) > BYTES_MAX:
            raise Invalid("framework_file_large", "file")
        try:
            return read_framework(decode(content), known)
        except FrameworkFileError as error:
            more = ["…"] if len(error.problems) > SHOWN else []
            self.problems = [*map(str, error.problems[:SHOWN]), *more]
            raise Invalid("framework_file_wrong", "file") from error


class NextVersionForm(Form):
    slug = SelectField(_l("Framework"))
    version = StringField(
        _l("Number of the next version"),
        [
            InputRequired(_l("Enter a version number.")),
            Length(max=40, message=fields.TOO_LONG),
            Regexp(VERSION, message=_l("Use letters, digits, dots, and dashes, such as 26.11.")),
        ],
    )


class DecisionsForm(Form):
    """Buttons named `change-KEY`, whose values are a decision, and for a split the part after a
    colon; or `keep-KEY` or `retire-KEY`, with the uuid of what is retired."""

    def decisions(self) -> dict[str, str]:
        """By key of the change."""
        return {
            named[1]: value
            for name, value in request.form.items()
            if (named := CHANGE.fullmatch(name)) and value.partition(":")[0] in set(VersionDecision)
        }

    def retired(self) -> tuple[str, str, bool] | None:
        """The key of the change, the uuid of the statement, and whether it is kept."""
        for name, value in request.form.items():
            if named := RETIRED.fullmatch(name):
                return named[2], value, named[1] == "keep"
        return None


class OriginsForm(Form):
    """Both lists are codes, as they stand in the file and in the version in use."""

    statement = SelectField(_l("Statement of the next version"))
    first = SelectField(_l("Takes the place of"), default="")
    second = SelectField(_l("And of"), default="")


class PlaceForm(Form):
    """Both as "section/domain"; the choices are handed in."""

    domain = SelectField(_l("New domain"))
    before = SelectField(_l("Takes the targets of"), default="")


class PublishForm(Form):
    seen = HiddenField()
