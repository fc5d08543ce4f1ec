"""Where the words of a framework run in the other direction than the page, so do their blocks: a
heading, a paragraph or a cell is laid out from the side where its text begins, and its parts follow
in their order."""

import re
from dataclasses import dataclass, field
from typing import Self

BLOCKS = re.compile(r"h[1-6]|p|li|dt|dd|td|th|caption|legend|figcaption|summary")
TEXT = 'class="statement-text"'
"""A block without an element of its own."""
CELLS = re.compile(r"d[td]|t[dh]")
"""What is beside others: within it a block turns, so that its edges stay."""
NO_END = re.compile(r"area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
TOKENS = re.compile(
    r"<(?P<raw>script|style|title|textarea|select|svg)\b[^>]*>.*?</(?P=raw)>"
    r"|</(?P<end>[a-z0-9]+)[^>]*>"
    r"|<(?P<name>[a-z0-9]+)(?P<attributes>[^>]*)>"
    r"|(?P<text>[^<]+)|<",
    re.DOTALL,
)
DIRECTION = re.compile(r' dir="(ltr|rtl|auto)"')
LETTER = re.compile(r"(?:&\w+;|[\W\d_])*[^\W\d_]")


@dataclass(slots=True)
class _Open:
    """An element, and its place in the page. `runs`: which way its text does, "" where nobody sees
    it; `block`: the innermost one that it is or is in; `part`: the child of that block that it is
    or is in; `own`: which ways the words of a part run, or those of a block beside its parts."""

    name: str
    at: int
    runs: str
    block: Self | None
    part: Self | None
    own: set[str] = field(default_factory=set)
    parts: list[Self] = field(default_factory=list)
    holds_blocks: bool = False


def with_blocks(html: str, page: str) -> str:
    """`page`: "ltr" or "rtl". An innermost block whose own words all run the other way gets that
    direction. What else is in it gets an element of its own, with the direction of the page. Lists
    of links stay as they are."""
    pieces, path = list[str](), [_Open(name="", at=0, runs=page, block=None, part=None)]
    for token in TOKENS.finditer(html):
        pieces.append(token[0])
        name, end, inner = token["name"], token["end"], path[-1]
        if token["text"]:
            if inner.block and LETTER.match(token["text"]):
                (inner.part or inner.block).own.add(inner.runs)
        elif name and not NO_END.fullmatch(name) and not token["attributes"].endswith("/"):
            path.append(_opened(name, token["attributes"], len(pieces) - 1, path))
        elif end and any(element.name == end for element in path):
            while (closed := path.pop()).name != end:
                pass
            if closed.block is closed:
                _turn(pieces, closed, page)
    return "".join(pieces)


def _opened(name: str, attributes: str, at: int, path: list[_Open]) -> _Open:
    within, own = path[-1], DIRECTION.search(attributes)
    runs = own[1] if own and within.runs else within.runs
    element = _Open(
        name=name,
        at=at,
        runs="" if "visually-hidden" in attributes else runs,
        block=within.block,
        part=None,
    )
    is_block = BLOCKS.fullmatch(name) or TEXT in attributes
    if is_block and not any(outer.name == "nav" for outer in path):
        if within.block and within.block is within:
            within.holds_blocks = True
        element.block = element
    elif within.block:
        element.part = within.part or element
        if element.part is element:
            within.block.parts.append(element)
    return element


def _turn(pieces: list[str], block: _Open, page: str) -> None:
    other = "rtl" if page == "ltr" else "ltr"
    is_other = {other} in [block.own, *(part.own for part in block.parts)]
    is_plain = page not in block.own and not block.holds_blocks
    if not (is_other and is_plain) or DIRECTION.search(pieces[block.at]):
        return
    turn = f' dir="{other}"'
    for part in block.parts:
        if page in part.own and not DIRECTION.search(pieces[part.at]):
            pieces[part.at] = f'{pieces[part.at][:-1]} dir="{page}">'
    if CELLS.fullmatch(block.name):
        pieces[block.at] += f"<div{turn}>"
        pieces[-1] = f"</div>{pieces[-1]}"
    else:
        pieces[block.at] = f"{pieces[block.at][:-1]}{turn}>"
