"""Which writing systems characters belong to."""

import unicodedata
from collections.abc import Iterable

EAST_ASIAN = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}


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
