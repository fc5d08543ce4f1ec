"""`make diagrams`: the folders of `tracker/` as a picture, in the order in which they import each other."""

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

from config import ROOT
from tests.docs.measures import ORDER

PICTURE = ROOT / "docs" / "pictures" / "house.svg"
ABOVE, CORE = "app, cli, web", "services, records, queries, policy, storage, models, rules"
WIDTH, PAD, HEAD, BOX, GAP, LETTER = 1048, 10, 26, 26, 6, 7.2
OPENING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img">
<title>The folders of tracker/: each imports from those below it</title>
<style>
text {{ font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif }}
text {{ font-size: 12px; fill: #1d2429 }}
.name {{ font-size: 15px; font-weight: bold; fill: #0f5257 }}
.mid {{ text-anchor: middle }}
.band {{ fill: #faf8f4; stroke: #b9c2c2 }}
.topic {{ fill: #cfe5df; stroke: #0f5257 }}
.rest {{ fill: #ffffff; stroke: #0f5257 }}
</style>
<rect width="{width}" height="{height}" fill="#ffffff"/>"""


def bands() -> list[str]:
    """Folders of `tracker/`, from above; the core at the foot is what all subjects stand on."""
    subjects = ORDER.removesuffix(" > core").replace(" > ", ", ")
    return ", ".join((ABOVE, subjects, CORE)).split(", ")


def purpose(root: Path, name: str) -> str:
    """The first paragraph of its docstring."""
    place = root / "tracker" / name
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split())


def parts(root: Path, name: str) -> list[str]:
    """Folders and files within; a folder ends in a slash."""
    within = sorted((root / "tracker" / name).glob("[a-z]*"))
    folders = [f"{path.name}/" for path in within if [*path.glob("*.py")]]
    return [*folders, *(path.stem for path in within if path.suffix == ".py")]


def boxes(names: list[str], top: int) -> Iterator[tuple[int, str]]:
    """Each as it is drawn, in rows of the picture's width, with the foot of its row."""
    x, y = PAD * 2, top
    for name in names:
        width = round(len(name) * LETTER) + 16
        if x + width > WIDTH - PAD * 2:
            x, y = PAD * 2, y + BOX + GAP
        kind = "topic" if name.endswith("/") else "rest"
        yield (
            y + BOX,
            (
                f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{BOX}" rx="4"/>\n'
                f'<text class="mid" x="{x + width / 2}" y="{y + 17}">{escape(name)}</text>'
            ),
        )
        x += width + GAP


def picture(root: Path = ROOT) -> str:
    y, drawn = PAD, list[str]()
    for name in bands():
        within = list(boxes(parts(root, name), y + HEAD + GAP))
        foot = max((bottom for bottom, _box in within), default=y + HEAD) + PAD
        drawn += [
            f'<rect class="band" x="{PAD}" y="{y}" width="{WIDTH - 2 * PAD}" height="{foot - y}" rx="6"/>',
            (
                f'<text x="{PAD * 2}" y="{y + 20}"><tspan class="name">{name}</tspan>'
                f'<tspan dx="10">{escape(purpose(root, name))}</tspan></text>'
            ),
            *(box for _bottom, box in within),
        ]
        y = foot + GAP
    return "\n".join([OPENING.format(width=WIDTH, height=y), *drawn, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
