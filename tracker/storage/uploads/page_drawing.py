"""Draws the pages of a PDF as pictures: a program of its own, as what it reads may do harm.

It is told how many seconds, pages, and bytes of output it may use. It reads the file from its
input, and writes a new one to its output. Before it reads a byte it gives up opening any file,
connection, or other program.
"""

import io
import math
import os
import resource
import sys

import pypdfium2
from PIL import Image

DOTS = 150
"""To an inch."""
PIXELS_MAX = 4_000_000
"""Most of a page: a larger one is drawn smaller. A Letter page has 2,100,000."""
SIDE_MAX = 8_000
"""Most of them in a row or column."""
MEMORY = 512 * 1024**2
QUALITY = 65
MANY_PAGES, LARGE = 3, 4
"""What it ends with where the file has too many pages, or the new one too many bytes
(`page_pictures`)."""


def confine(seconds: int, most: int) -> None:
    for what, limit in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def draw(content: bytes, pages_max: int) -> bytes:
    """Ends the program with MANY_PAGES."""
    read, made = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument.new()
    read.init_forms()
    if len(read) > pages_max:
        sys.exit(MANY_PAGES)
    for page in read:
        width, height = page.get_size()
        scale = min(
            DOTS / 72, math.sqrt(PIXELS_MAX / width / height), SIDE_MAX / max(width, height)
        )
        add(made, page.render(scale=scale).to_pil())
        page.close()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def add(made: pypdfium2.PdfDocument, picture: Image.Image) -> None:
    """As a page of its size."""
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    drawn = pypdfium2.PdfImage.new(made)
    drawn.load_jpeg(jpeg, inline=True)
    width, height = (pixels * 72 / DOTS for pixels in picture.size)
    drawn.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = made.new_page(width, height)
    page.insert_obj(drawn)
    page.gen_content()
    page.close()


def main(seconds: int, pages_max: int, most: int) -> None:
    add(pypdfium2.PdfDocument.new(), Image.new("RGB", (1, 1)))  # all that is needed is loaded now
    os.nice(10)
    confine(seconds, most)
    made = draw(sys.stdin.buffer.read(), pages_max)
    if len(made) > most:
        sys.exit(LARGE)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
