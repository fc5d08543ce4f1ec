"""Reading our documents back, as somebody with the file could."""

import io

from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from werkzeug.test import TestResponse


def reader(response: TestResponse) -> PdfReader:
    assert (response.status_code, response.mimetype) == (200, "application/pdf"), response.status
    return PdfReader(io.BytesIO(response.data))


def on_the_pages(response: TestResponse) -> str:
    """The text of the pages in one line."""
    pages = " ".join(page.extract_text() for page in reader(response).pages)
    return " ".join(pages.replace("\u200b", "").split())


def words(response: TestResponse) -> str:
    """All that can be read in it: the text of the pages, and what the file says of itself."""
    return f"{on_the_pages(response)} {metadata(response)}"


def metadata(response: TestResponse) -> dict[str, str]:
    """Title, author and dates, the language, and where links lead."""
    read = reader(response)
    info = {key: str(value) for key, value in (read.metadata or DictionaryObject()).items()}
    found = {"lang": str(read.root_object["/Lang"]), **info}
    for page in read.pages:
        for note in page.get("/Annots") or []:
            address = note.get_object()["/A"]["/URI"]
            found[f"link {len(found)}"] = str(address)
    return found


def places(response: TestResponse) -> list[tuple[float, float]]:
    """Where each piece of text begins, in points from the lower left corner of its page."""
    found: list[tuple[float, float]] = []

    def note(words: str, cm: list[float], tm: list[float], _font: object, _size: object) -> None:
        x, y = tm[4], tm[5]
        if words.strip():
            found.append((x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

    for page in reader(response).pages:
        page.extract_text(visitor_text=note)
    return found
