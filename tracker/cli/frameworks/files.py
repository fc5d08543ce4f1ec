"""Framework files on the disk, and what is said of them."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from tracker.frameworks.changes.rules_places import empty_levels, placed, titles_used_twice
from tracker.frameworks.files.rules import FrameworkFile, text_of
from tracker.frameworks.files.rules_problems import Known
from tracker.frameworks.files.rules_reading import (
    FrameworkFileError,
    decode,
    read_framework,
    unreachable,
    warnings,
)
from tracker.frameworks.versions.queries import IdsElsewhere, ids_elsewhere
from tracker.rules.errors import Conflict
from tracker.storage import document_fonts
from tracker.storage.document_fonts import font_for, writing_systems

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For a program to read.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what it would do, and store nothing.")


def say(data: dict[str, Any], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else words)


def refuse(problems: list[str], *, as_json: bool) -> NoReturn:
    """Exits with 1."""
    if as_json:
        click.echo(json.dumps({"outcome": "refused", "problems": problems}, ensure_ascii=False))
        sys.exit(1)
    sys.exit("\n".join(problems))


def read(file: Path, *, as_json: bool = False, known: Known | None = None) -> FrameworkFile:
    """Exits with 1 when it cannot be read."""
    try:
        return read_framework(decode(file.read_bytes()), known)
    except FrameworkFileError as error:
        refuse([f"{file.name}: {problem}" for problem in error.problems], as_json=as_json)


def counted(content: FrameworkFile) -> dict[str, int]:
    return {"statements": len(placed(content)), "sections": len(content.strands)}


def in_figures(content: FrameworkFile) -> str:
    """ "137 statements in 3 sections"."""
    many, sections = counted(content).values()
    return (
        f"{many} {'statement' if many == 1 else 'statements'} in "
        f"{sections} {'section' if sections == 1 else 'sections'}"
    )


def refused(file: Path, content: FrameworkFile, refusal: Conflict) -> list[str]:
    match refusal.code:
        case "framework_version_differs":
            return [f"{differs(file, content)} Give the file a new version number."]
        case "draft_unfit":
            return [f"{file.name}: {reason}" for reason in unfit(content, ids_elsewhere(content))]
        case code:
            facts = refusal.facts | {"by": refusal.facts.get("by") or "command"}
            return [f"{file.name}: {NOT_TAKEN_IN[code].format(**facts)}"]


NOT_TAKEN_IN = {
    "draft_follows": "a version of this framework is published already, so this one is a draft "
    "until its changes are decided about. Import it without --publish.",
    "framework_draft_open": "a draft of version {version} is open, made by {by} on "
    "{made_at:%Y-%m-%d}. Choices in it that would be lost: {lost}. Give --replace to replace it.",
    "framework_origin_unknown": "no version has a statement with the UUID in “from” of "
    "{statements}. Correct it.",
    "framework_scale_differs": "has other answers than version {version}, or they count as "
    "something else. The answers of a framework stay the same once they are used.",
    "framework_version_withdrawn": "version {version} was withdrawn, and its number is not given "
    "again. Give the file a new version number.",
}


def unfit(content: FrameworkFile, elsewhere: Iterable[IdsElsewhere] = ()) -> list[str]:
    """Why it can be a draft, and not be published."""
    return [
        *(f"This level has no statement: {empty_level}" for empty_level in empty_levels(content)),
        *(f"This title stands twice in a domain: {title}" for title in titles_used_twice(content)),
        *(
            f"{len(of.uuids)} of {len(placed(content))} statements have UUIDs of “{of.title}”. If "
            f"this is its next version, its slug has to be {of.slug}; else give them their own"
            for of in elsewhere
        ),
    ]


def differs(file: Path, content: FrameworkFile) -> str:
    return (
        f"{file.name}: {content.slug} {content.version} is published with other content, and a "
        "published version is never changed."
    )


def warn(
    file: Path, content: FrameworkFile, fonts: str, elsewhere: Iterable[IdsElsewhere] = ()
) -> list[str]:
    """What is odd and no mistake, said on the side. `fonts`: the folder of the settings, if any."""
    unfitting = unfit(content, elsewhere)
    told = [f"{reason}. Until that is changed it can't be published." for reason in unfitting]
    told += map(str, [*warnings(content), *unreachable(content)])
    if unshown := document_fonts.unshown(text_of(content), fonts):
        told.append(_about_unshown(unshown))
    for warning in told:
        click.echo(f"{file.name}: warning: {warning}", err=True)
    return told


def _about_unshown(unshown: str) -> str:
    systems = writing_systems(unshown)
    some = ", ".join(unshown[:5]) + (", …" if len(unshown) > 5 else "")
    what = f"{' and '.join(systems)} ({some})" if systems else some
    fonts = " and ".join(dict.fromkeys(map(font_for, systems))) or "one that has them"
    return (
        f"{len(unshown)} of its characters can't be shown in PDFs, because this server has no font "
        f"for {what}. Put a font, such as {fonts}, into a folder and name the folder in "
        "TRACKER_DOCUMENT_FONTS."
    )
