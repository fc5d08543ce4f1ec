"""Lengths of what people type, and how a line of it is brought into shape."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from tracker.rules.errors import Invalid
from tracker.rules.names import check_letters

NAME_MAX = 200
NOTE_MAX = 4_000
PROSE_MAX = 20_000
EMAIL_MAX = 254
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn what follows them: a name with one reads as another."""


def clean_line(typed: str, field: str = "name", longest: int = NAME_MAX) -> str:
    """One line with single spaces and something to see. Raises Invalid: line_empty, line_long,
    line_control."""
    line = " ".join(typed.split())
    if not line:
        raise Invalid("line_empty", field)
    if len(line) > longest:
        raise Invalid("line_long", field, longest=longest)
    if any(unicodedata.category(char) == "Cc" or char in TURNING for char in line):
        raise Invalid("line_control", field)
    if all(unicodedata.category(char)[0] in "CMZ" for char in line):
        raise Invalid("line_empty", field)
    return line


def clean_name(typed: str, field: str = "name") -> str:
    """The name of a person or a library: one line, in one Unicode form. Raises Invalid as
    clean_line does, and characters_unseen, scripts_mixed."""
    name = unicodedata.normalize("NFC", clean_line(typed, field))
    check_letters(name, field)
    return name


def plain_lines(typed: str) -> str:
    """Text with plain line ends, and nothing around it."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


def clean_prose(typed: str, field: str = "text", longest: int = NOTE_MAX) -> str:
    """Text with plain line ends. Raises Invalid: line_empty, line_long."""
    prose = plain_lines(typed)
    if not prose:
        raise Invalid("line_empty", field)
    if len(prose) > longest:
        raise Invalid("line_long", field, longest=longest)
    return prose


def clean_email(typed: str, field: str = "email") -> str:
    """The address as stored: checked for form, casefolded. Raises Invalid: email_not_valid,
    characters_unseen, scripts_mixed."""
    check_letters(typed.strip(), field)
    try:
        address = validate_email(typed.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise Invalid("email_not_valid", field, reason=str(error)) from error
    if len(address) > EMAIL_MAX:
        raise Invalid("email_not_valid", field, reason="")
    check_letters(address, field)  # the domain may have been typed in its ASCII form
    return address


def gettext_noop(text: str) -> str:
    """Mark a text for translation where it stands; who shows it looks the translation up."""
    return text
