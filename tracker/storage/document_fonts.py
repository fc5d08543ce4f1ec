"""The fonts of documents: those inside typst's package, so that a document is the same on every
machine, and those of a folder of the server; and which writing systems characters belong to."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

UNSHOWN = re.compile(
    r'error: PDF/UA-1 error: the text `"((?:[^"\\]|\\.)*)"` could not be displayed'
)
ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
EAST_ASIAN = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
PROBE = b'#set document(title: "-")\n#sys.inputs.signs.codepoints().join(" ")'


@lru_cache(maxsize=2)
def fonts(folder: str) -> "typst.Fonts":
    """Looked through once. An empty name is no folder."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])


def unshown(text: str, folder: str) -> str:
    """The printable characters of the text that no font has, letters first. Raises RuntimeError
    where typst refuses them for another reason."""
    signs = "".join(sorted(sign for sign in set(text) if not sign.isascii() and sign.isprintable()))
    return _unshown(signs, folder) if signs else ""


@lru_cache(maxsize=64)
def _unshown(signs: str, folder: str) -> str:
    import typst

    try:
        typst.compile(
            PROBE,
            font_paths=fonts(folder),
            ignore_system_fonts=True,
            sys_inputs={"signs": signs},
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        missing = set("".join(unshown_texts(error.diagnostic)))
        if not missing:
            raise RuntimeError(f"typst refused to look for characters: {error.message}") from None
        return "".join(sorted(missing & set(signs), key=lambda sign: (not sign.isalpha(), sign)))
    return ""


def unshown_texts(diagnostic: str) -> Iterator[str]:
    """The texts that typst complains of because no font has them, as they were before it escaped
    them."""
    for match in UNSHOWN.finditer(diagnostic):
        yield ESCAPED.sub(_unescaped, match.group(1))


def _unescaped(escape: re.Match[str]) -> str:
    point, letter = escape.groups()
    return chr(int(point, 16)) if point else CONTROLS.get(letter, letter)


def writing_systems(characters: Iterable[str]) -> tuple[str, ...]:
    """Their English names, in order. Chinese characters beside kana are Japanese, beside Hangul
    Korean; signs and punctuation belong to none."""
    systems = {
        _of_letter(character)
        for character in characters
        if unicodedata.category(character)[0] == "L"
    }
    if systems & {"Japanese", "Korean"}:
        systems.discard("Chinese")
    return tuple(sorted(systems - {""}))


def font_for(system: str) -> str:
    """A free font that has it."""
    return f"Noto Sans {'CJK' if system in EAST_ASIAN.values() else system}"


def _of_letter(letter: str) -> str:
    """Unicode names a letter by its writing system first: THAI CHARACTER KO KAI."""
    first = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return EAST_ASIAN.get(first, first.capitalize())
