"""The visual language: every component is shown, text can be read in both themes, and nothing
breaks the strict CSP."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.client import Client
from tracker.web.ui.assets import STYLE_IMPORT, as_served

CSS = ROOT / "static" / "css"
PARTS = {
    path.relative_to(CSS).as_posix(): path.read_text() for path in sorted(CSS.glob("*/**/*.css"))
}
SERVED = {path.name: as_served(path).decode() for path in sorted(CSS.glob("*.css"))}
"""Stylesheets as they go out: each is a list of parts, put together."""
MACROS = sorted((ROOT / "templates" / "_macros").glob("*.html"))
WITHOUT_RULE = {"form-check-label"}
"""Classes that name a part, and need no style."""
LIGHT, DARK, PRINT = "light", "dark", "print"

TEXT_ON = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "sunk"),
    ("ink", "brand-soft"),
    ("ink", "ok-soft"),
    ("ink", "warn-soft"),
    ("ink", "gap-soft"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("ink-soft", "sunk"),
    ("link", "paper"),
    ("link", "surface"),
    ("on-brand", "brand"),
    ("on-brand", "brand-dark"),
    ("on-header", "header"),
    ("brand", "brand-soft"),
    ("gap", "paper"),
    ("gap", "surface"),
    ("gap", "gap-soft"),
    ("ok", "paper"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("reached-text", "paper"),
    ("reached-text", "reached-soft"),
    ("on-ramp-low", "ramp-0"),
    ("on-ramp-low", "ramp-1"),
    ("on-ramp-low", "ramp-2"),
    ("on-ramp-low", "heat-1"),
    ("on-ramp-low", "heat-2"),
    ("on-ramp-low", "heat-3"),
    ("on-ramp-high", "ramp-3-text"),
    ("on-ramp-high", "ramp-4"),
]
"""Text colour and ground as the stylesheets pair them: WCAG 1.4.3 asks 4.5 to 1."""

SHAPE_ON = [
    ("line-strong", "surface"),
    ("line-strong", "paper"),
    ("gap", "ramp-0"),
    ("ramp-3", "paper"),
    ("reached-chart", "paper"),
    ("reached-chart", "surface"),
    ("reached-chart", "reached-soft"),
    ("reached-edge", "paper"),
    ("reached-edge", "reached"),
]
"""Edges of controls and marks that carry a meaning: WCAG 1.4.11 asks 3 to 1."""


def tokens(theme: str) -> dict[str, str]:
    """The hexadecimal colour tokens as that theme leaves them."""
    light, dark = PARTS["base/tokens.css"].split("prefers-color-scheme: dark", maxsplit=1)
    blocks = [light] + ([dark] if theme == DARK else [])
    if theme == PRINT:
        blocks.append(PARTS["base/print.css"])
    return {
        name: colour
        for block in blocks
        for name, colour in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)
    }


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_worked_out_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT])
def test_text_can_be_read(theme: str) -> None:
    colours = tokens(theme)
    weak = {
        (on, ground): round(contrast(colours[on], colours[ground]), 2) for on, ground in TEXT_ON
    }
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT])
def test_shapes_can_be_seen(theme: str) -> None:
    colours = tokens(theme)
    weak = {
        (on, ground): round(contrast(colours[on], colours[ground]), 2) for on, ground in SHAPE_ON
    }
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_dark_has_colours_of_its_own() -> None:
    assert tokens(DARK)["paper"] != tokens(LIGHT)["paper"] == "#faf8f4"


def colours_outside_tokens(style: str) -> list[str]:
    """Lines with a hexadecimal colour that is not the value of a token."""
    return [
        line.strip()
        for line in style.splitlines()
        if re.search(r"#[0-9a-f]{3,8}\b", line) and "--" not in line
    ]


def test_colours_come_from_tokens() -> None:
    found = {name: colours_outside_tokens(text) for name, text in (PARTS | SERVED).items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_stray_colour_is_found() -> None:
    assert colours_outside_tokens(".x { color: #b4451f; }") == [".x { color: #b4451f; }"]


def not_css(style: str) -> list[str]:
    """Lines that are neither a selector, a declaration, an at-rule nor an end of a block (one to a
    line)."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    joined = re.sub(r",\n\s*", ", ", plain)
    shape = re.compile(
        r"(@[\w-]+.* \{|[^;]+ \{|(--)?[\w-]+: [^{}]+;|\}|[^;{]+ \{ ((--)?[\w-]+: [^{};]+; ?)+\})"
    )
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and not shape.fullmatch(line)]


def test_stylesheets_are_well_formed() -> None:
    """A browser drops a broken rule in silence, so a slip shows only to the eye."""
    texts = PARTS | SERVED
    assert {name: not_css(text) for name, text in texts.items() if not_css(text)} == {}
    assert {
        name: text.count("{") - text.count("}") for name, text in texts.items()
    } == dict.fromkeys(texts, 0)


def test_a_broken_declaration_is_found() -> None:
    assert not_css(".a, X: 36rem;\n  color: red;\n}") == [".a, X: 36rem;"]


def test_stylesheets_load_nothing_from_elsewhere() -> None:
    texts = PARTS | SERVED
    assert [name for name, text in texts.items() if re.search(r"url\(|@import", text)] == []


def listed(css: Path) -> list[str]:
    """The parts that the lists of a folder name, each as often as it is named."""
    lists = sorted(css.glob("*.css"))
    found = (STYLE_IMPORT.findall(path.read_bytes()) for path in lists)
    return [name.decode() for names in found for name, _print in names]


def misplaced(css: Path) -> dict[str, int]:
    """Parts that no list names, or that are named twice or not there: how often they are listed."""
    there = {path.relative_to(css).as_posix() for path in css.glob("*/**/*.css")}
    named = Counter(listed(css))
    return {
        name: named[name]
        for name in sorted(there | set(named))
        if named[name] != 1 or name not in there
    }


def test_every_part_has_its_place_in_one_list() -> None:
    assert len(PARTS) == len(listed(CSS)) > 0
    assert misplaced(CSS) == {}


def test_a_part_out_of_place_is_found(tmp_path: Path) -> None:
    (tmp_path / "rooms").mkdir()
    for name in ("here", "forgotten", "twice"):
        (tmp_path / "rooms" / f"{name}.css").write_text("")
    names = ("here", "twice", "gone")
    (tmp_path / "one.css").write_text("".join(f'@import "rooms/{name}.css";\n' for name in names))
    (tmp_path / "two.css").write_text('@import "rooms/twice.css";\n')
    assert misplaced(tmp_path) == {
        "rooms/forgotten.css": 0,
        "rooms/gone.css": 1,
        "rooms/twice.css": 2,
    }


def test_a_list_goes_out_as_its_parts_in_its_order(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "b.css").write_text(".x { color: red; }\n")
    (tmp_path / "a.css").write_text(".x { color: blue; }\n")
    (tmp_path / "list.css").write_text('/* Both. */\n@import "b.css";\n@import "a.css" print;\n')
    together = "/* Both. */\n.x { color: red; }\n\n@media print {\n.x { color: blue; }\n}\n\n"
    assert as_served(tmp_path / "list.css").decode() == together
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("css/tracker.css")  # type: ignore[operator]
    with client.http.get(address) as response:
        assert response.text == SERVED["tracker.css"]


def test_a_list_with_a_part_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "list.css").write_text('@import "gone.css";\n')
    with pytest.raises(FileNotFoundError):
        as_served(tmp_path / "list.css")


def test_components_are_named_as_the_macros_that_make_them() -> None:
    families = {Path(name).parts[1].removesuffix(".css") for name in PARTS if "components" in name}
    assert families == {path.stem for path in MACROS} - {"scripts"}


def classes(source: str) -> set[str]:
    """Names in class attributes: written out, or as strings in their expressions."""
    said = re.findall(r'class(?:_|Name)?\s*=\s*\(?"((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', source)
    for text in said[:]:
        said += re.findall(r"'([^']*)'", text)
    return {name for text in said for name in re.sub(r"\{[{%].*?[%}]\}", " ", text).split()}


def unstyled(names: set[str], style: str) -> set[str]:
    """Classes of the kind that a framework of styles would give, and that no rule of ours has."""
    kinds = re.compile(r"(m|p)[tbxyse]?-\d|(d|fw|text|btn|form|row|col|container|badge|alert)-.*\w")
    return {
        name
        for name in names
        if kinds.fullmatch(name) and not re.search(rf"\.{name}(?![\w-])", style)
    }


def test_no_page_asks_for_a_class_that_only_a_framework_has() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    names = {name for path in templates for name in classes(path.read_text())}
    assert {"btn-primary", "mt-3", "form-check"} < names
    assert unstyled(names, SERVED["tracker.css"]) - WITHOUT_RULE == set()


def test_a_class_without_a_rule_is_found() -> None:
    assert unstyled({"mb-2", "mb-4", "notice"}, ".mb-4 { margin: 0; }") == {"mb-2"}


def public_macros() -> Iterator[str]:
    for path in MACROS:
        yield from re.findall(r"{%-? macro ([a-z]\w*)\(", path.read_text())


@pytest.fixture
def styleguide(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(app.config, "DEBUG_PAGES", True)
    response = client.get("/styleguide")
    assert response.status_code == 200
    return response.text


def calls(name: str, source: str) -> bool:
    """Whether a template calls a macro, rather than defining or naming it."""
    code = re.sub(r"{#.*?#}|macro \w+\(", "", source, flags=re.DOTALL)
    return re.search(rf"\b{name}\(", code) is not None


def test_the_style_guide_shows_every_component(styleguide: str) -> None:
    assert "What the answers mean" in styleguide
    sources = [
        (ROOT / "templates" / "styleguide.html").read_text(),
        *(path.read_text() for path in MACROS),
    ]
    unseen = [
        name for name in public_macros() if not any(calls(name, source) for source in sources)
    ]
    assert unseen == []


def test_a_macro_that_nothing_calls_is_found() -> None:
    assert not calls("chip", "{# chip(source) #}{% macro chip(source) -%}")
    assert calls("chip", "{{ chip(source) }}")
    assert calls("panel", "{% call panel() %}")


def test_a_rejected_field_says_so_to_a_screen_reader(styleguide: str) -> None:
    assert re.search(
        r'<input[^>]*aria-describedby="email-hint email-error"[^>]*aria-invalid="true"', styleguide
    )
    assert 'href="#email"' in styleguide
    assert "<legend>Kind</legend>" in re.sub(r"\s*(</?legend>)\s*", r"\1", styleguide)


@pytest.mark.usefixtures("styleguide")
def test_the_style_guide_shows_a_draft_that_nobody_can_read(client: Client) -> None:
    page = client.get("/styleguide?draft=1")
    assert page.status_code == 200
    assert "can’t be read anymore" in page.text
