"""What the documents name is there: paths, functions, words of the code, settings, decisions."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

FOLDERS = "tracker|templates|static|tests|migrations|seed_data|docs"
PATH = re.compile(rf"`((?:(?:{FOLDERS})/[^\s`]*)|[\w.-]+\.(?:py|toml|md|yaml|yml|lock))`")
FUNCTION = re.compile(r"`(\w+)` in\s+`(tracker/[\w/]+\.py)`")
SPAN = re.compile(r"`(\w+)`")


def said(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named_paths(text: str) -> list[str]:
    return sorted(set(PATH.findall(text)))


def is_there(root: Path, named: str) -> bool:
    """A file, a folder, or at least one file of a pattern such as `*.typ`."""
    return any(root.glob(named.rstrip("/")))


def defines(source: str, name: str) -> bool:
    return re.search(rf"^(?:def |class )?{name}\b", source, re.MULTILINE) is not None


@pytest.mark.parametrize(
    ("page", "named"), [(page.name, named) for page in PAGES for named in named_paths(said(page))]
)
def test_a_path_that_a_page_names_exists(page: str, named: str) -> None:
    assert is_there(ROOT, named)


def test_a_path_that_does_not_exist_is_found(tmp_path: Path) -> None:
    (tmp_path / "tracker").mkdir()
    text = "`tracker/` holds `tracker/gone.py`, and `make test` is no path; `setup.py` is one"
    assert named_paths(text) == ["setup.py", "tracker/", "tracker/gone.py"]
    assert [
        named_path for named_path in named_paths(text) if not is_there(tmp_path, named_path)
    ] == ["setup.py", "tracker/gone.py"]


@pytest.mark.parametrize(
    ("name", "path"), sorted({found for page in PAGES for found in FUNCTION.findall(said(page))})
)
def test_a_function_that_a_page_places_is_there(name: str, path: str) -> None:
    assert defines((ROOT / path).read_text(encoding="utf-8"), name)


def test_a_function_that_is_not_there_is_found() -> None:
    text = "ask `door` in\n`tracker/web/http/access.py`"
    assert FUNCTION.findall(text) == [("door", "tracker/web/http/access.py")]
    assert defines("def door():\n    pass\n", "door")
    assert not defines("import doors\n\n    door = 1\n", "door")


LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")


def broken_links(page: Path, text: str) -> list[str]:
    """Links into the repository that lead nowhere, to a file or to a heading of one."""
    found = []
    for target, anchor in LINK.findall(text):
        if "://" in target:
            continue
        file = page.parent / target
        if not file.exists() or (anchor and anchor not in anchors(said(file))):
            found.append(target)
    return found


def anchors(text: str) -> set[str]:
    """What the headings of a page are called in an address."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w -]", "", heading).strip().lower() for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_a_page_beside_the_site_has_no_broken_link(page: Path) -> None:
    assert broken_links(page, said(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# The one\n", encoding="utf-8")
    text = "[a](there.md) [b](there.md#the-one) [c](there.md#none) [d](gone.md) [e](https://x.org)"
    assert broken_links(tmp_path / "page.md", text) == ["there.md", "gone.md"]


def words_of(rows: str) -> set[str]:
    """The words in the last column of each table."""
    columns = [line.split("|")[3] for line in rows.splitlines() if line.count("|") == 4]
    return {word for column in columns for word in SPAN.findall(column)}


def test_the_nouns_of_the_glossary_are_in_the_code() -> None:
    sources = " ".join(said(path) for path in ROOT.glob("tracker/**/*.py"))
    in_code = set(re.findall(r"\w+", sources))
    nouns = words_of(said(DOCS / "glossary.md"))
    assert len(nouns) > 40
    assert nouns - in_code == set()


def test_a_noun_of_the_glossary_is_read_from_its_last_column() -> None:
    assert words_of("| a `b` | c | `Wrod`, a `rank` |\n|---|---|---|\n") == {"Wrod", "rank"}


def test_the_settings_are_all_listed() -> None:
    listed = set(re.findall(r"TRACKER_\w+", said(DOCS / "reference" / "settings.md")))
    read = set(re.findall(r'"(TRACKER_\w+)"', said(ROOT / "config.py")))
    by_the_program_itself = {"TRACKER_DEMO", "TRACKER_DEBUG_PAGES"}
    assert read - by_the_program_itself == listed
    assert by_the_program_itself <= read


def test_every_decision_is_listed_under_its_title() -> None:
    """Under the number of its file; a number may be kept for one that is being written."""
    listed = r"^(\d+)\. \[(.+)\]\((.+)\)$"
    found = re.findall(listed, said(DOCS / "decisions" / "README.md"), re.M)
    records = sorted((DOCS / "decisions").glob("0*.md"))
    assert [name for _number, _title, name in found] == [path.name for path in records]
    for number, title, name in found:
        assert name.startswith(f"{int(number):04}-")
        assert said(DOCS / "decisions" / name).startswith(f"# {number}. {title}\n")
