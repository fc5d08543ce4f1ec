"""The files of the program that a page is made by."""

import re

from config import ROOT

WEB = re.compile(r"web/|\w+/\w+/(?:forms|pages|exports|views)")
SOURCES = [
    path
    for path in sorted((ROOT / "tracker").rglob("*.py"))
    if WEB.match(path.relative_to(ROOT / "tracker").as_posix())
]
