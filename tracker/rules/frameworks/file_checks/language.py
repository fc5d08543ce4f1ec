"""Whether a framework file says a language that is known."""

import re
from collections.abc import Iterator

from babel import Locale, parse_locale
from babel.core import get_global

from tracker.rules.frameworks.file_checks.parts import Part
from tracker.rules.strict_json import Problem, shown

TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""As the schema has it, which tells of what is no tag at all."""


def language(file: Part) -> Iterator[Problem]:
    """Of any script and direction. Known is what the Unicode CLDR has a name for."""
    tag = file.text("lang")
    if tag is not None and TAG.fullmatch(tag) and not _is_known(tag):
        shorter = get_global("language_aliases").get(tag.split("-")[0])
        hint = f"; write {shorter}" if shorter else ""
        yield Problem(file.at("lang"), f"is not a language tag that is known{hint}", shown(tag))


def _is_known(tag: str) -> bool:
    names = Locale("en")
    try:
        spoken, place, script = parse_locale(tag, sep="-")[:3]
    except ValueError:
        return False
    return (
        spoken in names.languages
        and (place is None or place in names.territories)
        and (script is None or script in names.scripts)
    )
