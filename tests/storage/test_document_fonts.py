"""Which characters documents cannot show."""

import json
import time

import pytest
import typst

from config import ROOT
from tracker.storage import document_fonts
from tracker.storage.document_fonts import font_for, unshown, writing_systems

FRAMEWORKS = ROOT / "tests" / "data" / "frameworks"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\nwords\t",
        "Zoë Łucja Muñoz Ğā “so” — 9 °C",
        "Άννα Яна דנה علي अमर",
        (ROOT / "seed_data/frameworks/library-technicians.json").read_text(encoding="utf-8"),
        (FRAMEWORKS / "spanish.json").read_text(encoding="utf-8"),
    ],
)
def test_what_the_fonts_have(text: str) -> None:
    assert unshown(text, "") == ""


@pytest.mark.parametrize(
    ("text", "signs", "systems", "font"),
    [
        ("Ana 張偉!", "偉張", ("Chinese",), "Noto Sans CJK"),
        ("見る本", "る本見", ("Japanese",), "Noto Sans CJK"),
        ("テレビ", "テビレ", ("Japanese",), "Noto Sans CJK"),
        ("한 글", "글한", ("Korean",), "Noto Sans CJK"),
        ("ก ข", "กข", ("Thai",), "Noto Sans Thai"),
        ("አ and ก", "กአ", ("Ethiopic", "Thai"), "Noto Sans Ethiopic"),
        ("😀", "😀", (), ""),
    ],
)
def test_what_they_lack(text: str, signs: str, systems: tuple[str, ...], font: str) -> None:
    assert unshown(text, "") == signs
    assert writing_systems(signs) == systems
    assert [font_for(system) for system in systems][:1] == [font][: len(systems)]


def test_all_that_a_japanese_framework_needs_is_named() -> None:
    text = (FRAMEWORKS / "japanese.json").read_text(encoding="utf-8")
    found = unshown(text, "")
    assert set("書店員、枠組み。") <= set(found)
    assert set(found) <= set(text)
    assert writing_systems(found) == ("Japanese",)


def test_signs_that_typst_escapes_are_named_too() -> None:
    """Such as marks without a letter."""
    assert unshown("\u0e31", "") == "\u0e31"


def test_plain_letters_do_not_start_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst, "compile", None)
    assert unshown(json.dumps({"plain": "words"}), "") == ""


def test_another_refusal_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        error = typst.TypstError()
        error.message = error.diagnostic = "out of memory"
        raise error

    monkeypatch.setattr(typst, "compile", refuse)
    with pytest.raises(RuntimeError, match="out of memory"):
        unshown("ø", "")


def test_looking_costs_little() -> None:
    """Of all Latin letters with marks, the fonts once found: far less than 50 ms; 500 here, for
    machines that are busy."""
    document_fonts.fonts("")
    letters = "".join(map(chr, range(0xC0, 0x180)))
    begun = time.perf_counter()
    unshown(letters, "")
    assert time.perf_counter() - begun < 0.5
