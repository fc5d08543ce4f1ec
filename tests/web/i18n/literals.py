"""Finds interface words that do not go through gettext: in templates, in the Python of the web
floor, in scripts.

What counts as words: two words in a row, or one with a capital ("Save"). Where a text is shown for
certain (a text node, an attribute that is read out, a label, a flash) any letter counts.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

LETTER = re.compile(r"[^\W\d_]")
WORDS = re.compile(r"[^\W\d_]{2,}\s+(\S+\s+)*[^\W\d_]{2,}|^[A-Z][a-z]{2,}", re.DOTALL)
SPEAKING = {
    "title",
    "alt",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "placeholder",
    "label",
    "summary",
}
"""Attributes that are shown or read out."""
ATTRIBUTES = re.compile(r"[\w-]+=\"[^\"]*\"|data-[\w-]+")
"""What a macro puts inside a tag looks like a text node from here."""
TO_GETTEXT = {
    "_",
    "_l",
    "gettext",
    "ngettext",
    "lazy_gettext",
    "lazy_ngettext",
    "pgettext",
    "npgettext",
}


class Words(HTMLParser):
    """The texts of a template, with a hole for every `{{ ... }}`, and the holes that stand where
    words are shown."""

    HOLE = re.compile("\ue000(\\d+)\ue001")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.shown: set[int] = set()
        self.is_command = False
        self.feed(html)
        self.close()

    def _see(self, text: str, where: str = "") -> None:
        self.shown.update(int(number) for number in self.HOLE.findall(text))
        plain = ATTRIBUTES.sub("", self.HOLE.sub("", text))
        if LETTER.search(plain):
            self.found.append(f"{where}{' '.join(plain.split())!r}")

    def handle_data(self, data: str) -> None:
        if not self.is_command:
            self._see(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_command = self.is_command and tag != "pre"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_command = (
            self.is_command or tag == "pre"
        )  # what is typed at a prompt is the same in every language
        given = dict(attrs)
        for name, value in attrs:
            is_button = (
                tag == "input"
                and name == "value"
                and given.get("type") in ("submit", "button", "reset")
            )
            is_description = (
                tag == "meta" and name == "content" and given.get("name") == "description"
            )
            if value and (name in SPEAKING or is_button or is_description):
                self._see(value, f"<{tag} {name}> ")


TRANS = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
NAMELESS = re.compile("<(/?)\ue000\\d+\ue001")
"""A tag whose name is an expression."""


def template_literals(source: str, environment: Environment) -> list[str]:
    """Words in the markup of a template, and those that its expressions put out or hand to
    macros."""
    html, expressions, inside = "", [""], ""
    for _line, kind, token in environment.lex(TRANS.sub("", source)):
        if kind == "variable_begin":
            inside, html = "variable", f"{html}\ue000{len(expressions)}\ue001"
            expressions.append("")
        elif kind.endswith("_begin"):
            inside = "block"
        elif kind.endswith("_end"):
            inside = ""
        elif inside == "variable":
            expressions[-1] += token
        elif kind == "data":
            html += token
    words = Words(NAMELESS.sub("<\\1x", html))
    found = list(words.found)
    for number in sorted(words.shown):
        tree = environment.parse("{{" + expressions[number] + "}}")
        found += [
            repr(text)
            for text in _put_out(next(tree.find_all(nodes.Output)))
            if LETTER.search(text)
        ]
    found += [repr(text) for text in _handed_on(environment.parse(source)) if WORDS.search(text)]
    return found


def _put_out(node: nodes.Node) -> Iterator[str]:
    """String constants that are the value of an expression, or a part of it."""
    match node:
        case nodes.Const(value=str(text)):
            yield text
        case nodes.CondExpr():
            yield from _put_out(node.expr1)
            if node.expr2 is not None:
                yield from _put_out(node.expr2)
        case nodes.Output() | nodes.Concat() | nodes.And() | nodes.Or() | nodes.Add():
            for child in node.iter_child_nodes():
                yield from _put_out(child)
        case nodes.Filter(name="default", args=[default, *_]):
            yield from _put_out(default)


def _handed_on(node: nodes.Node) -> Iterator[str]:
    """Every string constant that is not for gettext, an address or a comparison."""
    for child in node.iter_child_nodes():
        name = (
            child.node.name
            if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name)
            else ""
        )
        if name in TO_GETTEXT | {"url_for", "asset"}:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        if not isinstance(child, nodes.Compare) and not (
            isinstance(child, nodes.Keyword) and child.key in UNREAD
        ):
            yield from _handed_on(child)


UNREAD = {"classes", "class_"}
SILENT = {"compile", "limit", "setdefault", "get_logger"}
"""Calls whose strings nobody reads: patterns, rates, headers."""
TELLING = {
    "flash",
    "flash_message",
    "abort",
    "InputRequired",
    "DataRequired",
    "ValidationError",
    "PanelEntry",
    "PanelLink",
    "NextUp",
}


def python_literals(source: str) -> list[tuple[int, str]]:
    """Line and words in a module of the web floor. What is raised, logged or set as a header is not
    shown."""
    return list(_python(ast.parse(source)))


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _is_silent(node: ast.AST) -> bool:
    """Whether what stands below is for machines or developers."""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Expr | ast.AnnAssign) and isinstance(
        getattr(node, "value", None), ast.Constant
    ):
        return isinstance(node, ast.Expr)  # a docstring
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant)
    if isinstance(node, ast.Call):
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        return _called(node) in TO_GETTEXT | SILENT or (isinstance(of, ast.Name) and of.id == "LOG")
    return False


def _python(node: ast.AST) -> Iterator[tuple[int, str]]:
    unread = (
        {id(key) for key in node.keys}
        if isinstance(node, ast.Dict)
        else {id(getattr(node, "returns", None))}
    )
    for child in ast.iter_child_nodes(node):
        if id(child) in unread or _is_silent(child):
            continue
        for shown in _shown(child):
            if LETTER.search(str(shown.value)):
                yield shown.lineno, str(shown.value)
        if (
            isinstance(child, ast.Constant)
            and isinstance(child.value, str)
            and WORDS.search(child.value)
        ):
            yield child.lineno, child.value
        if isinstance(child, ast.JoinedStr):
            words = [part for part in child.values if isinstance(part, ast.Constant)]
            for part in words:
                if re.search(r"(^|\s)[^\W\d_]{2,}(\s|$)", str(part.value)):
                    yield part.lineno, str(part.value)
        yield from _python(child)


def _shown(node: ast.AST) -> Iterator[ast.Constant]:
    """Constants where only a sentence belongs: labels and descriptions of fields, messages,
    flashes."""
    name = _called(node)
    if not isinstance(node, ast.Call) or not (
        name.endswith("Field") or name in TELLING or name in FIELDS
    ):
        return
    given = [
        *node.args[:1],
        *(word.value for word in node.keywords if word.arg in ("label", "description", "message")),
    ]
    yield from (
        each for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


FIELDS = {"line", "email", "day", "select_id"}
"""The field makers of web/ui/fields."""

SHOWN_BY_SCRIPT = re.compile(
    r"""(?:\.(?:textContent|innerText|innerHTML|title|placeholder|ariaLabel|alt)\s*=(?!=)
        | setAttribute\(\s*["'](?:aria-label|aria-description|title|placeholder|alt)["']\s*,
        | \b(?:alert|confirm|prompt|createTextNode|append|prepend|replaceChildren)\(
        )(?P<value>[^;\n]*)""",
    re.VERBOSE,
)


def script_literals(source: str) -> list[str]:
    """Letters that a script shows, and words in any of its strings."""
    code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", source, flags=re.DOTALL)
    code = re.sub(r"className\s*=[^;\n]*|(querySelector(All)?|matches|closest)\([^)]*\)", "", code)
    shown = [text for found in SHOWN_BY_SCRIPT.finditer(code) for text in _strings(found["value"])]
    found = [text for text in shown if LETTER.search(re.sub(r"\{\w+\}", "", text))]
    return [
        *dict.fromkeys(
            [*found, *(text for text in _strings(code) if WORDS.search(text) and " " in text)]
        )
    ]


def _strings(code: str) -> list[str]:
    """What stands between quotes; of a template literal, what stands between its expressions."""
    strings = re.findall(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`", code)
    return [re.sub(r"\$\{[^}]*\}", "", text[1:-1]) for text in strings]
