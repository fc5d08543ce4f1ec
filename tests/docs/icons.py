"""The icons of the installed app, made from static/favicon.svg: `make icons`.

They fill their square and keep the drawing inside the middle four fifths, which every shape of icon
leaves uncut.
"""

from pathlib import Path

import typst

from config import ROOT

SIZES = (192, 512)
"""Pixels, as the manifest names them."""
STATIC = ROOT / "static"
PAGE = """
#set page(width: {size}pt, height: {size}pt, margin: 0pt, fill: rgb("#0f5257"))
#place(center + horizon, image("/favicon.svg", width: 80%))
"""


def icon(size: int) -> bytes:
    source = PAGE.format(size=size).encode()
    made = typst.compile(source, root=str(STATIC), format="png", ppi=72)
    assert isinstance(made, bytes)
    return made


def place(size: int) -> Path:
    return STATIC / "icons" / f"{size}.png"


if __name__ == "__main__":
    for each in SIZES:
        place(each).write_bytes(icon(each))
