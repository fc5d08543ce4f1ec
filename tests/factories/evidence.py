"""Files of every kind, whole and spoiled, and evidence made through the service."""

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from tests.factories.reviews import send
from tests.factories.world import World, add
from tracker.db import transaction
from tracker.evidence.files.rules import FileStore, Upload
from tracker.evidence.pieces import actions as pieces_actions
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.models import EvidenceVersion, ReviewItem, ReviewItemEvidence
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

OPEN = "http://schemas.openxmlformats.org/"
RELATED = OPEN + "officeDocument/2006/relationships/"
WORD, EXCEL = OPEN + "wordprocessingml/2006/main", OPEN + "spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", TYPE + "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", TYPE + "spreadsheetml.sheet.main+xml"),
}
DEFAULTS = {"rels": "application/vnd.openxmlformats-package.relationships+xml"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TXT = "Shelf check, aisle 4: 212 items, 3 out of place. Café.\n".encode()
SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def pdf(*objects: bytes, root: bytes = b"", tail: bytes = b"") -> bytes:
    """A whole file: a catalog, pages, one page, and then the objects, the first as number 4."""
    every = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(every, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    made += tail
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(every) + 1, start)
    return made


def stream(content: bytes, more: bytes = b"", length: bytes | None = None) -> bytes:
    size = b"%d" % len(content) if length is None else length
    return b"<</Length %s%s>>stream\n%s\nendstream" % (size, more, content)


def packed(*objects: bytes) -> bytes:
    """An object that holds others, compressed, numbered from 20 on."""
    body, numbers = b"", b""
    for number, each in enumerate(objects, 20):
        numbers += b"%d %d " % (number, len(body))
        body += each + b" "
    more = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(numbers))
    return stream(zlib.compress(numbers + body), more)


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 8, height: int = 8, **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (200, 40, 40)).save(made, "JPEG", **more)
    return made.getvalue()


JPEG = jpeg()


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return made.getvalue()


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


def docx(*more: str) -> bytes:
    return office("docx", dict.fromkeys(more, "<x/>"))


def xlsx(*more: str) -> bytes:
    return office("xlsx", dict.fromkeys(more, "<x/>"))


GOOD = {
    "pdf": PDF,
    "png": png(),
    "jpg": JPEG,
    "jpeg": JPEG,
    "docx": docx(),
    "xlsx": xlsx(),
    "txt": TXT,
}
"""A whole file by ending."""


def store(folder: Path, most: int = 10 * 1024 * 1024, total: int = 200 * 1024 * 1024) -> FileStore:
    return FileStore(folder / "files", most, total)


def create(
    actor: Actor, content: EvidenceContent, *, upload: Upload | None = None, **given: Any
) -> int:
    """A new piece of evidence, with one file or none; its id."""
    return pieces_actions.create_each(actor, content, [] if upload is None else [upload], **given)[
        0
    ]


def piece(
    world: World,
    owner: str = "ana",
    title: str = "Trained two pages on the new scanner",
    *,
    folder: Path | None = None,
    upload: Upload | None = None,
    reasons: dict[int, str] | None = None,
    text: str = "",
    url: str = "",
    done_on: dt.date | None = None,
) -> int:
    """The id of a new piece of evidence, within an application context."""
    actor = actor_for_person(world.people[owner], world.now)
    assert actor is not None
    return create(
        actor,
        EvidenceContent(title, text, url, done_on),
        now=world.now,
        reasons=reasons or {},
        upload=upload,
        store=store(folder) if folder is not None else None,
    )


def sent(
    world: World,
    evidence_id: int,
    *,
    number: int = 1,
    to: str = "sue",
    status: ReviewStatus = ReviewStatus.SENT,
    statement_id: int | None = None,
) -> tuple[int, int]:
    """The ids of an item that Ana sent with a version of her evidence, and of that version."""
    statement_id = statement_id or world.statements["technical"][0]
    review_id = send(world, "ana", to, {statement_id: ItemStatus.WAITING}, status=status)
    with transaction() as tx:
        item_id = tx.scalars(select(ReviewItem.id).where(ReviewItem.review_id == review_id)).one()
        version_id = tx.scalars(
            select(EvidenceVersion.id).where(
                EvidenceVersion.evidence_id == evidence_id, EvidenceVersion.number == number
            )
        ).one()
        add(tx, ReviewItemEvidence(item_id=item_id, version_id=version_id, reason="saw it happen"))
    return item_id, version_id
