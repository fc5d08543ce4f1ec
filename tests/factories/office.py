"""Word and Excel files, part by part, as a program writes them or as somebody who means harm."""

import io
import zipfile
from collections.abc import Iterable, Mapping

OPEN = "http://schemas.openxmlformats.org/"
RELATED = OPEN + "officeDocument/2006/relationships/"
WORD, EXCEL = OPEN + "wordprocessingml/2006/main", OPEN + "spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", TYPE + "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", TYPE + "spreadsheetml.sheet.main+xml"),
}
DEFAULTS = {"rels": "application/vnd.openxmlformats-package.relationships+xml"}


def relations(*which: tuple[str, str] | tuple[str, str, str]) -> str:
    """A part that says what another points to: (type, target), and External where it is."""
    rows = [
        f'<Relationship Id="rId{number}" Type="{kind if ":" in kind else RELATED + kind}"'
        f' Target="{target}"' + (f' TargetMode="{mode[0]}"' if mode else "") + "/>"
        for number, (kind, target, *mode) in enumerate(which, 1)
    ]
    return (
        f'<Relationships xmlns="{OPEN}package/2006/relationships">{"".join(rows)}</Relationships>'
    )


def types(by_ending: Mapping[str, str], by_part: Iterable[tuple[str, str]]) -> str:
    rows = [
        f'<Default Extension="{each}" ContentType="{kind}"/>' for each, kind in by_ending.items()
    ]
    rows += [f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in by_part]
    return f'<Types xmlns="{OPEN}package/2006/content-types">{"".join(rows)}</Types>'


def office(
    kind: str,
    parts: Mapping[str, str | bytes] | None = None,
    *,
    of_type: Mapping[str, str] | None = None,
    endings: Mapping[str, str] | None = None,
    points_to: Iterable[tuple[str, str] | tuple[str, str, str]] = (),
    main: str = "",
    body: str = "",
) -> bytes:
    """A whole file. `parts`: further ones, `of_type` their types; `points_to` what its main part
    points to, `main` another type of that, `body` what stands in it."""
    path, usual = MAIN[kind]
    folder, _slash, name = path.rpartition("/")
    space, root = (WORD, "document") if kind == "docx" else (EXCEL, "workbook")
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            {**DEFAULTS, "xml": "application/xml", **(endings or {})},
            [(path, main or usual), *(of_type or {}).items()],
        ),
        "_rels/.rels": relations(("officeDocument", path)),
        path: f'<w:{root} xmlns:w="{space}">{body}</w:{root}>',
        f"{folder}/_rels/{name}.rels": relations(*points_to),
        **(parts or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in whole.items():
            archive.writestr(part, content)
    return made.getvalue()
