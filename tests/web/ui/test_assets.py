"""Static files go out under one digest of all of them, so that modules find each other by their
plain names, and a page from before an upgrade still finds its own."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.client import Client
from tracker.web.ui.assets import (
    PREFIX,
    SCRIPT_IMPORT,
    as_served,
    digest,
    imported,
    init_app,
    lay_out,
)

FIRST, SECOND, THIRD = ({"js/a.js": f"'{number}';".encode()} for number in (1, 2, 3))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
ENTRIES = sorted((ROOT / "static" / "js").glob("*.js"))
NAMED = re.compile(r"^(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
TAKEN = re.compile(r"^import \{ (.*) \} from", re.MULTILINE)


def folders(target: Path) -> set[str]:
    return {path.name for path in target.iterdir() if path.is_dir()}


def start(contents: dict[str, bytes], target: Path, at: int) -> list[str]:
    """A start at that second; the names of the folders it serves."""
    found = lay_out(contents, target)
    os.utime(found[0], (at, at))
    return [path.name for path in found]


def test_the_digest_is_of_names_and_of_contents() -> None:
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"})
    others = [{"a": b"1", "b": b"3"}, {"a": b"1", "c": b"2"}, {"a": b"2", "b": b"1"}, {"a": b"1"}]
    assert len({digest(each) for each in ({"a": b"1", "b": b"2"}, *others)}) == 5


def test_the_folder_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    assert start(FIRST, tmp_path, 1) == [digest(FIRST)]
    assert start(SECOND, tmp_path, 2) == [digest(SECOND), digest(FIRST)]
    assert start(SECOND, tmp_path, 3) == [digest(SECOND), digest(FIRST)]
    assert start(THIRD, tmp_path, 4) == [digest(THIRD), digest(SECOND)]
    assert folders(tmp_path) == {digest(THIRD), digest(SECOND)}


def test_going_back_to_the_version_before_keeps_the_one_just_left(tmp_path: Path) -> None:
    for at, contents in enumerate((FIRST, SECOND, FIRST)):
        start(contents, tmp_path, at)
    assert start(THIRD, tmp_path, 3) == [digest(THIRD), digest(FIRST)]


def test_workers_may_start_at_once(tmp_path: Path) -> None:
    start(FIRST, tmp_path, 1)
    with ThreadPoolExecutor(8) as workers:
        found = list(workers.map(lambda _: lay_out(SECOND, tmp_path), range(8)))
    names = [[path.name for path in each] for each in found]
    assert names == [[digest(SECOND), digest(FIRST)]] * 8
    assert (tmp_path / digest(SECOND) / "js" / "a.js").read_bytes() == SECOND["js/a.js"]


def test_what_was_left_half_made_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / ".making" / "js"
    half.mkdir(parents=True)
    (half / "b.js").write_text("half")
    assert start(FIRST, tmp_path, 1) == [digest(FIRST)]
    assert folders(tmp_path) == {digest(FIRST)}
    assert not (tmp_path / digest(FIRST) / "js" / "b.js").exists()


def static_with(folder: Path, text: str) -> Path:
    (folder / "js").mkdir(parents=True, exist_ok=True)
    (folder / "js" / "a.js").write_text(text)
    return folder


def served(static: Path, target: Path) -> Flask:
    app = Flask("only assets")
    app.config |= {"ASSETS_DIR": target, "URL_PREFIX": ""}
    init_app(app, static)
    return app


def test_a_page_from_before_an_upgrade_finds_its_files(tmp_path: Path) -> None:
    addresses = []
    for text in ("'old';", "'new';"):
        app = served(static_with(tmp_path / "static", text), tmp_path / "assets")
        addresses.append(app.jinja_env.globals["asset"]("js/a.js"))  # type: ignore[operator]
    for address, text in zip(addresses, ("'old';", "'new';"), strict=True):
        with app.test_client().get(address) as answer:
            assert answer.text == text
            assert "immutable" in answer.headers["Cache-Control"]


def test_an_unknown_digest_is_not_found_and_not_kept(app: Flask, client: Client) -> None:
    name = app.jinja_env.globals["asset"]("js/assess.js")  # type: ignore[operator]
    for address in (
        re.sub(r"[0-9a-f]{16}", "0" * 16, name),
        f"{PREFIX}/js/assess.js",
        name.replace("assess", "none"),
        f"{PREFIX}/.making/js/assess.js",
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_name_that_is_not_there_is_an_error(app: Flask) -> None:
    with pytest.raises(KeyError, match=r"css/gone\.css"):
        app.jinja_env.globals["asset"]("css/gone.css")  # type: ignore[operator]


def test_modules_are_found_through_each_other_each_once() -> None:
    contents = {
        "js/entry.js": b'import { b } from "./b.js";\nimport { c } from "./c.js";\n',
        "js/b.js": b'import { c } from "./c.js";\n',
        "js/c.js": b'import { b } from "./b.js";\n',
    }
    assert sorted(imported(contents, "js/entry.js")) == ["js/b.js", "js/c.js"]
    assert imported(contents | {"js/entry.js": b"here();\n"}, "js/entry.js") == []


def test_a_module_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"js/gone\.js"):
        served(static_with(tmp_path, 'import { x } from "./gone.js";\n'), tmp_path / "assets")


def asked(script: str) -> int:
    """How often a script asks for another, in whatever way it is written."""
    return len(re.findall(r"\bimport\b(?!\.meta)|\bexport\b[^;]*\bfrom\b", script))


def test_every_import_is_one_that_is_seen() -> None:
    """A line each, from beside the file."""
    for path in SCRIPTS:
        script = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)
        assert asked(script) == len(SCRIPT_IMPORT.findall(script.encode())), path.name


@pytest.mark.parametrize(
    "script",
    ['import {\n  x,\n} from "./x.js";', 'await import("./x.js")', 'export * from "./x.js";'],
)
def test_an_import_written_otherwise_is_found(script: str) -> None:
    assert asked(script) == 1
    assert SCRIPT_IMPORT.findall(script.encode()) == []


def test_a_page_fetches_the_modules_of_its_script_at_once(app: Flask) -> None:
    with app.test_request_context():
        page = app.jinja_env.from_string(
            '{% from "_macros/scripts.html" import script %}{{ script("js/assess.js") }}'
        ).render()
    entry = re.findall(r'<script type="module" src="/assets/[0-9a-f]{16}/(.*?)">', page)
    ahead = re.findall(r'<link rel="modulepreload" href="/assets/[0-9a-f]{16}/(.*?)">', page)
    assert entry == ["js/assess.js"]
    assert sorted(ahead) == ["js/kept_answers.js", "js/leaving.js"]


def scripts(folder: Path, **texts: str) -> Path:
    """Writes scripts, `parts_x` into the folder of parts."""
    (folder / "parts").mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name.replace('parts_', 'parts/')}.js").write_text(text)
    return folder / "entry.js"


def test_a_script_goes_out_with_its_parts_each_once(tmp_path: Path) -> None:
    entry = scripts(
        tmp_path,
        entry='import { b } from "./parts/b.js";\nimport { c } from "./parts/c.js";\nb(c);\n',
        parts_b='import { y } from "../own.js";\nimport { c } from "./c.js";\nexport const b = y;\n',
        parts_c='import { x } from "../own.js";\nexport let c = x;\n',
        own="export const x = 1, y = 2;\n",
    )
    assert as_served(entry).decode() == (
        'import { x, y } from "./own.js";\nlet c = x;\nconst b = y;\nb(c);\n'
    )


def named_twice(script: str) -> set[str]:
    names = NAMED.findall(script)
    for line in TAKEN.findall(script):
        names += line.split(", ")
    return {name for name in names if names.count(name) > 1}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: str(path.stem))
def test_no_two_parts_of_a_script_name_the_same(entry: Path) -> None:
    assert named_twice(as_served(entry).decode()) == set()


def test_a_name_given_twice_is_found(tmp_path: Path) -> None:
    entry = scripts(
        tmp_path,
        entry='import { a } from "./parts/a.js";\nimport { c } from "./own.js";\nlet b = c;\n',
        parts_a="const b = 1;\nexport function a() {}\nclass c {}\n",
    )
    assert named_twice(as_served(entry).decode()) == {"b", "c"}
