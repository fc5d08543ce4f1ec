"""Stylesheets know a start and an end, no left and right: the pages work from right to left too."""

import re

import pytest

from tests.web.ui.test_look import PARTS

SIDED = re.compile(
    r"(margin|padding|border|scroll-margin|scroll-padding|inset)-(left|right)\b"
    r"|^(left|right|border-(top|bottom)-(left|right)-radius)$"
)
SIDED_VALUE = re.compile(
    r"float|clear|text-align(-last)?|caption-side|justify-content|background(-image|-position)?|transform-origin"
)
ALLOWED = {
    "transform: scaleX(-1)": "pictures without text, which a page from right to left turns round "
    "as a whole"
}


def rules(style: str) -> list[tuple[str, str]]:
    """Selector and declaration, each on one line; at-rules around them left out."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return [
        (" ".join(selector.split()), " ".join(declaration.split()))
        for selector, block in re.findall(r"([^{};]+)\{([^{}]*)\}", plain)
        for declaration in block.split(";")
        if declaration.strip()
    ]


def parts(value: str) -> list[str]:
    """The lengths of a shorthand; a function is one, whatever stands in its brackets."""
    return re.findall(r"[\w-]*\((?:[^()]|\([^()]*\))*\)|\S+", value)


def is_one_sided(name: str, value: str) -> bool:
    """Whether a declaration says something of the left that it does not say of the right."""
    given = parts(value)
    match name:
        case "margin" | "padding" | "border-width" | "border-color" | "border-style" | "inset":
            return len(given) == 4 and given[1] != given[3]
        case "border-radius":
            corners = (
                [*given, *given, *given, *given][:4] if len(given) < 3 else [*given, given[1]][:4]
            )
            return "/" not in value and (corners[0] != corners[1] or corners[2] != corners[3])
        case "transform":
            return (
                re.search(r"translate(X|3d)?\(|scaleX|skew|rotate\((?!180deg)", value) is not None
            )
        case "box-shadow" | "text-shadow":
            layers = re.sub(r"\([^()]*\)", "", re.sub(r"var\(--to-end\)", "", value)).split(",")
            return any(
                re.match(r"-?0*\.?[1-9]", layer.replace("inset", "").strip()) for layer in layers
            )
    is_word = SIDED_VALUE.fullmatch(name) and re.search(r"\b(left|right)\b", value)
    return bool(is_word or SIDED.search(name))


def one_sided(style: str) -> list[tuple[str, str]]:
    return [
        (selector, declaration)
        for selector, declaration in rules(style)
        if is_one_sided(*(part.strip() for part in declaration.split(":", 1)))
    ]


def test_stylesheets_take_no_side() -> None:
    found = {name: one_sided(text) for name, text in PARTS.items()}
    taken = {
        name: [rule for rule in rules if rule[1] not in ALLOWED] for name, rules in found.items()
    }
    assert {name: rules for name, rules in taken.items() if rules} == {}
    assert {rule[1] for rules in found.values() for rule in rules} == set(ALLOWED)


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 1rem",
        "padding-right: 0",
        "border-left: 1px solid",
        "left: 0",
        "right: auto",
        "text-align: left",
        "float: right",
        "margin: 0 1rem 0 2rem",
        "padding: 0 0 0 var(--space-1)",
        "inset: 0 auto 0 0",
        "border-top-left-radius: 4px",
        "border-radius: 4px 0 0 4px",
        "border-radius: 4px 0",
        "transform: translateX(4px)",
        "transform: translate(-50%, 0)",
        "transform: rotate(90deg)",
        "box-shadow: inset 4px 0 0 red",
        "box-shadow: 0 0 0 1px red, -2px 0 0 red",
        "background: linear-gradient(to right, red, blue)",
        "background-position: right 1rem center",
        "scroll-margin-left: 1rem",
    ],
)
def test_a_side_is_found(declaration: str) -> None:
    assert one_sided(f"@media print {{ .x {{ color: red; {declaration}; }} }}") == [
        (".x", declaration)
    ]


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-inline-start: 1rem",
        "padding-inline: 2rem 0",
        "inset-inline-end: 0",
        "text-align: start",
        "inset: 0",
        "margin: 0 auto",
        "margin: 0 calc(-1 * var(--a)) calc(2 * var(--b))",
        "border-radius: 4px 4px 0 0",
        "float: inline-start",
        "transform: rotate(180deg)",
        "box-shadow: inset calc(4px * var(--to-end)) 0 0 red",
        "box-shadow: 0 6px 20px rgb(0 0 0 / 18%)",
        "border-start-start-radius: 4px",
        "padding: 1px calc(1px + 2px)",
    ],
)
def test_what_takes_no_side_is_left_alone(declaration: str) -> None:
    assert one_sided(f".x {{ {declaration}; }}") == []
