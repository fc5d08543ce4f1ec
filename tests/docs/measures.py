"""`make measures`: the figures of the house, one a line, and with `SHOW=name` where what is counted stands.

Lines of code are neither blank, comment nor docstring. Names of functions and classes are compared
by name alone: what is counted once may be called by a name that nothing here sees.
Over 400 lines, as it is one list of measures.
"""

import ast
import io
import os
import re
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TypeGuard

from config import ROOT
from tests.web.i18n.test_glossary import ruled_out

ORDER = (
    "today, operations > administration, notifications > teams > profiles > reviews > assessment "
    "> evidence > record > frameworks > accounts > core"
)
RANKS = {of: rank for rank, part in enumerate(ORDER.split(" > ")) for of in part.split(", ")}
"""Each subject may import those with a higher number."""
ROOMS = (
    "archives operations, file_bucket evidence, file_folder evidence, file_rows evidence, "
    "files evidence, "
    "postgresql_copies operations, reviewers record, smtp notifications, "
    "sqlite_copies operations, uploads evidence"
)
SUBJECTS = dict(room.split(" ") for room in ROOMS.split(", "))
"""Of rooms that are not called as their subject. Any other without a subject's name is core."""
KINDS = {
    "rules": "",
    "models": "rules db sqlalchemy",
    "queries": "policy models rules db sqlalchemy",
    "records": "queries policy models rules db sqlalchemy",
    "actions": "records queries policy storage models rules db sqlalchemy",
    "forms": "rules frame flask",
    "pages": "forms frame actions queries policy models rules flask",
    "exports": "pages forms frame actions queries policy models rules flask",
    "views": "exports pages forms frame actions queries policy models rules flask",
}
"""Kinds of files in a topic, and of which kinds each may import besides its own."""
FLOORS = {"records", "queries", "services", "rules"}
LAYERS = KINDS.keys() | {"topic", *" ".join(KINDS.values()).split()}
FRAME = re.compile(
    r"(cli|app|models|__init__)\b|web/(http|i18n|ui|application|blueprints|__init__)\b"
)
CHOICE = re.compile(r"\{\{([^{}]*?)\bif\b[^{}]*?(?:\belse\b([^{}]*))?\}\}")
A_WORD_OR_TWO = re.compile(r"""\s*(?:(["'])[^\s"']*(?: [^\s"']*)?\1|[\w.]+)?\s*""")
MOST_BY_POSITION = 4
JOINABLE = 60
"""Lines of a module below which it joins another of its kind in its topic."""
APART = {
    "evidence/files/rules_backends": "every command loads it, and nothing else of uploads",
    "today/page/forms_styleguide": "its labels are samples, which nobody translates",
    "today/page/forms": "what is left when the samples stand apart",
}
"""Modules that could join and don't, with why."""
BY_POSITION = {
    "SheetAnswer": "of thousands of people, and the columns are of its names",
    "ShortStanding": "of thousands of people",
    "VersionStatement": "its columns, and what is asked apart",
    "DomainShape": "its columns, and what is asked apart",
    "StatementAtLevel": "of two versions, whose columns stand beside",
    "ChainLink": "of each event of the audit, whose columns stand beside",
    "EndorsementContent": "of each endorsement, whose columns stand beside",
    "ReviewedEvidence": "of each piece that was sent, whose columns stand beside",
    "ImportLine": "a line of a file, in the order of its columns",
    "MembershipTerms": "its columns are asked by its own names",
    "KnownPerson": "of everybody in a library, whose columns stand beside",
    "LinkedStatement": "WORDED are its columns",
    "Findable": "of everything that is found, whose columns stand beside",
    "SentCounts": "columns of counts that stand beside",
    "RoundFigure": "columns of figures that stand beside",
}
"""Classes of more than four values that are made of a row as it comes, each with why."""
NAMES_FOR_ANYTHING = {"each", "found", "there", "beside", "theirs"}
TEXT = re.compile(r"""\b(?:_|_l|ngettext)\(((?:\s*(?:"[^"\n]*"|'[^'\n]*'),?)+)""")


@dataclass
class Source:
    """A file of Python. `name`: its path below tracker/, without the ending."""

    name: str
    text: str

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)
        self.nodes = list(ast.walk(self.tree))
        self.imports = [
            node for node in self.nodes if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        self.lines = self.text.splitlines()

    @cached_property
    def code(self) -> set[int]:
        """Numbers of its lines of code."""
        spoken = {
            line
            for node in self.nodes
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if isinstance(node.value.value, str)
            for line in lines(node)
        }
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        kinds = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
        ends = [(token.start[0], token.end[0]) for token in tokens if token.type in kinds]
        return {line for first, last in ends for line in range(first, last + 1)} - spoken

    @cached_property
    def uses(self) -> Counter[str]:
        """Names that are read, by themselves or as an attribute."""
        read = [node for node in self.nodes if isinstance(node, ast.Name | ast.Attribute)]
        return Counter(node.id if isinstance(node, ast.Name) else node.attr for node in read)


def is_def(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef)


def is_row(node: ast.ClassDef) -> bool:
    return any("NamedTuple" in ast.unparse(base) for base in node.bases) or any(
        "dataclass" in ast.unparse(by) for by in node.decorator_list
    )


def modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """What it takes: of the program a path below tracker/ with the name, else with dots."""
    of = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for name in (of + alias.name for alias in node.names):
        yield name[8:].replace(".", "/") if name.startswith("tracker.") else name


def is_long_choice(line: str) -> bool:
    """Whether it prints one thing or another, and either is longer than a word or two."""
    parts = (part for found in CHOICE.finditer(line) for part in found.groups(""))
    return any(not A_WORD_OR_TWO.fullmatch(part) for part in parts)


def lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def subject(name: str) -> str | None:
    """Of a file or what it holds, by its room; the frame, the commands and the tables have none."""
    if FRAME.match(name) or "/" not in name:
        return None
    top, room = f"{name}/".split("/")[:2]
    if top in RANKS and top != "core":
        return top
    room = SUBJECTS.get(room, room)
    return room if room in RANKS else "core"


def kind(name: str) -> str:
    """Of a file of a topic, or what else is imported: what it may import hangs on it (KINDS)."""
    top, *rest = re.split("[/.]", name)
    if top in RANKS:
        return rest[1].partition("_")[0] if rest[1:] else "topic"
    if top == "web":
        return "frame" if FRAME.match(name) else "pages"
    top = top.partition("_")[0]
    return {"services": "actions", "wtforms": "flask"}.get(top, top)


def sources(top: Path) -> list[Source]:
    paths = sorted(top.rglob("*.py"))
    return [Source(str(path.relative_to(top).with_suffix("")), path.read_text()) for path in paths]


class House:
    def __init__(self, root: Path) -> None:
        self.files = sources(root / "tracker")
        self.around = {name: sources(root / name) for name in ("tests", "migrations")}
        paths = sorted((root / "templates").rglob("*.html"))
        self.templates = {str(path.relative_to(root)): path.read_text() for path in paths}

    def edges(self) -> dict[tuple[str, str], list[str]]:
        """Imports from one subject into another, each where it stands."""
        found = defaultdict[tuple[str, str], list[str]](list)
        for file in self.files:
            for node in file.imports:
                for to in {subject(name) for name in modules(node)} - {None}:
                    if (of := subject(file.name)) and to and of != to:
                        found[of, to].append(f"{file.name}:{node.lineno}")
        return found

    def pairs_both_ways(self) -> Iterator[str]:
        edges = self.edges()
        for a, b in sorted(edges):
            if a < b and (b, a) in edges:
                yield f"{a} {len(edges[a, b])}, {b} {len(edges[b, a])}"

    def against_the_order(self) -> Iterator[str]:
        for (a, b), places in sorted(self.edges().items()):
            if RANKS[b] <= RANKS[a]:
                yield from (f"{a} > {b}: {place}" for place in places)

    def up_the_kinds(self) -> Iterator[str]:
        """Imports of a file in a topic that its kind may not have."""
        for file in self.files:
            if (of := kind(file.name)) in KINDS and file.name.split("/")[0] in RANKS:
                for node in file.imports:
                    allowed = {of, *KINDS[of].split()}
                    for name in modules(node):
                        to = kind(name)
                        another = (
                            to == "actions" and Path(name).parts[:2] != Path(file.name).parts[:2]
                        )
                        if to in LAYERS - allowed or (of == "actions" and another):
                            yield f"{of} > {to}: {file.name}:{node.lineno}"

    def module_names(self) -> dict[str, str]:
        """By path, the one name under which a module is imported: of a topic the topic and the file
        (links_actions), its subject first where one above it has a topic of that name; of the core
        the file and its floor (audit_records), `core` first where a topic has that; of the rest the
        file, its folder first where several have that."""
        named, owners = dict[str, str](), dict[str, str]()
        rest = Counter[str]()
        for file in sorted(self.files, key=lambda file: RANKS.get(file.name.split("/")[0], 0)):
            *folders, last = file.name.split("/")
            if folders[1:] and folders[0] in RANKS:
                is_first = owners.setdefault(folders[1], folders[0]) == folders[0]
                named[file.name] = "_".join([*folders[is_first:], last])
            elif not folders or folders[0] not in FLOORS:
                rest[last] += 1
        of_topics = set(named.values())
        for name in (file.name for file in self.files if file.name not in named):
            *folders, last = name.split("/")
            if folders and folders[0] in FLOORS:
                of_floor = f"{last}_{folders[0]}"
                named[name] = f"core_{of_floor}" if of_floor in of_topics else of_floor
            else:
                named[name] = last if rest[last] == 1 else "_".join([*folders[-1:], last])
        return named

    def under_another_name(self) -> Iterator[str]:
        named = self.module_names()
        helpers = {f"tests.{file.name}".replace("/", ".") for file in self.around["tests"]}
        for file in (*self.files, *chain.from_iterable(self.around.values())):
            for node in file.imports:
                of = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias, name in zip(node.names, modules(node), strict=True):
                    is_helper = of + alias.name in helpers
                    wanted = alias.name if is_helper else named.get(name)
                    if wanted and wanted != (alias.asname or alias.name).rpartition(".")[2]:
                        yield f"{file.name}:{node.lineno}: {alias.asname or alias.name}, {wanted}"

    def in_a_circle(self) -> Iterator[str]:
        edges = set(self.edges())
        reached = {a: {b for c, b in edges if c == a} for a in RANKS}
        for _round in RANKS:
            for further in reached.values():
                further |= {c for b in further for c in reached[b]}
        yield from (each for each in RANKS if each in reached[each])

    def local_imports(self) -> Iterator[str]:
        for file in self.files:
            top = {inner for node in file.tree.body if not is_def(node) for inner in ast.walk(node)}
            yield from (f"{file.name}:{node.lineno}" for node in file.imports if node not in top)

    def called_from_one_place(self) -> Iterator[str]:
        """Functions of a module that are named once in another file, and not in their own."""
        functions = [(file, node) for file in self.files for node in file.tree.body if is_def(node)]
        named = Counter(node.name for _file, node in functions)
        used = sum((file.uses for file in self.files), Counter[str]())
        for file, node in functions:
            if named[node.name] == used[node.name] == 1 and not file.uses[node.name]:
                yield f"{file.name}.{node.name}"

    def dataclasses_made_once(self) -> Iterator[str]:
        nodes = (node for file in self.files for node in file.nodes if isinstance(node, ast.Call))
        calls = Counter(ast.unparse(node.func).rpartition(".")[2] for node in nodes)
        for file in self.files:
            classes = [node for node in file.nodes if isinstance(node, ast.ClassDef)]
            for node in (node for node in classes if calls[node.name] == 1):
                if any("dataclass" in ast.unparse(by) for by in node.decorator_list):
                    yield f"{file.name}.{node.name}"

    def made_by_position(self) -> Iterator[str]:
        """Rows and dataclasses of more than four values that aren't made by name."""
        sizes = {
            node.name: sum(isinstance(line, ast.AnnAssign) for line in node.body)
            for file in self.files
            for node in file.nodes
            if isinstance(node, ast.ClassDef) and is_row(node)
        }
        for file in self.files:
            for node in (node for node in file.nodes if isinstance(node, ast.Call)):
                name = ast.unparse(node.func).rpartition(".")[2]
                starred = any(isinstance(value, ast.Starred) for value in node.args)
                values = sizes.get(name, 0) if starred else len(node.args)
                if name in sizes and values > MOST_BY_POSITION and name not in BY_POSITION:
                    yield f"{file.name}:{node.lineno}: {name}"

    def joinable(self) -> Iterator[str]:
        """Short modules of a topic beside another of their kind."""
        topics = [file for file in self.files if file.name.split("/")[0] in RANKS]
        of_kind = Counter((Path(file.name).parent, kind(file.name)) for file in topics)
        for file in topics:
            is_short = kind(file.name) in KINDS and len(file.lines) < JOINABLE
            if (
                is_short
                and file.name not in APART
                and of_kind[Path(file.name).parent, kind(file.name)] > 1
            ):
                yield file.name

    def names_for_anything(self) -> Iterator[str]:
        """Variables and parameters."""
        for file in self.files:
            for node in file.nodes:
                is_set = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                name = node.id if isinstance(node, ast.Name) else getattr(node, "arg", "")
                if (is_set or isinstance(node, ast.arg)) and name in NAMES_FOR_ANYTHING:
                    yield f"{file.name}:{node.lineno}: {name}"

    def template_lines(self, found: Callable[[str], object]) -> Iterator[str]:
        for name, text in self.templates.items():
            lines_of = enumerate(text.splitlines(), 1)
            yield from (f"{name}:{number}" for number, line in lines_of if found(line))

    def retired_phrases(self) -> Iterator[str]:
        """In texts of the interface."""
        sources = [*self.templates.items(), *((file.name, file.text) for file in self.files)]
        said = ((name, text) for name, source in sources for text in TEXT.findall(source))
        yield from (f"{name}: {text.strip()}" for name, text in said if ruled_out(text))


def start(make: str) -> tuple[int, float]:
    """Modules loaded and seconds of processor until the program stands."""
    code = f"import sys; from tracker.app import {make}; {make}(); print(len(sys.modules))"
    before = os.times()
    with tempfile.TemporaryDirectory() as folder:
        around = os.environ | {"TRACKER_DATA_DIR": folder}
        told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=around)
    return int(told), sum(os.times()[2:4]) - sum(before[2:4])


def listed(house: House) -> dict[str, Callable[[], Iterable[str]]]:
    """What is counted one by one; `make measures SHOW=name` prints where."""
    of = house.template_lines
    return {
        "subjects-in-a-circle": house.in_a_circle,
        "pairs-both-ways": house.pairs_both_ways,
        "against-the-order": house.against_the_order,
        "modules-over-500-lines": lambda: (
            file.name for file in house.files if len(file.lines) > 500
        ),
        "modules-to-join": house.joinable,
        "under-another-name": house.under_another_name,
        "names-for-anything": house.names_for_anything,
        "local-imports": house.local_imports,
        "called-from-one-place": house.called_from_one_place,
        "dataclasses-made-once": house.dataclasses_made_once,
        "made-by-position": house.made_by_position,
        "template-lines-over-160": lambda: of(lambda line: len(line) > 160),
        "template-lines-over-100": lambda: of(lambda line: len(line) > 100),
        "inline-conditionals": lambda: of(is_long_choice),
        "selectattr": lambda: of(lambda line: "selectattr" in line),
        "retired-phrases": house.retired_phrases,
    }


def table(house: House) -> Iterator[tuple[str, str]]:
    yield "tracker/: lines (code)", size(house.files)
    for name, files in house.around.items():
        yield f"{name}/: lines (code)", size(files)
    yield "files in tracker/", f"{len(house.files)}"
    imports = sum(len(lines(node)) for file in house.files for node in file.imports)
    yield "lines that import", f"{imports / sum(len(file.lines) for file in house.files):.1%}"
    for name, found in listed(house).items():
        yield name, f"{sum(1 for _one in found())}"
    for of, make in (("a command", "create_base"), ("the pages", "create_app")):
        loaded, seconds = start(make)
        yield f"to start {of}: modules, CPU", f"{loaded:,}, {seconds:.2f} s"


def size(files: list[Source]) -> str:
    lengths, code = (len(file.lines) for file in files), (len(file.code) for file in files)
    return f"{sum(lengths):,} ({sum(code):,})"


def main(show: str = "") -> None:
    house = House(ROOT)
    if show:
        print(*listed(house)[show](), sep="\n")
        return
    for name, figure in table(house):
        print(f"{name:36}{figure:>22}")


if __name__ == "__main__":
    main(*sys.argv[1:])
