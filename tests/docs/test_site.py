"""The site of `make docs` is whole, loads nothing from elsewhere, and fails on a broken link."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines import REQUIRED

ROOT = Path(__file__).parents[2]

if importlib.util.find_spec("mkdocs") is None and "docs" not in REQUIRED:
    pytest.skip("mkdocs is not installed here: `make docs` brings it", allow_module_level=True)

LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed)\b[^>]*?\s(?:src|href|data)=["']?((?:https?:)?//[^\s"'>]+)"""
    r"""|(?:url\(|@import)\s*["']?((?:https?:)?//[^\s"')]+)"""
)
"""What a browser fetches by itself when it shows a page or reads a stylesheet."""
FROM_ELSEWHERE = '<pre class="mermaid">'
"""What would make the theme's script fetch another one."""


def build(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Without --quiet, which would keep what strict counts from being counted."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )


def fetched(text: str) -> list[str]:
    return [one or other for one, other in LOADED.findall(text)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("site")
    done = build(ROOT, made)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.mark.in_ci
def test_every_page_is_there(site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    pages = {path.with_name(path.name.replace("README", "index")) for path in sources}
    assert [str(page) for page in pages if not (site / page).with_suffix(".html").exists()] == []


def test_nothing_comes_from_another_host(site: Path) -> None:
    found = {
        str(path.relative_to(site)): fetched(path.read_text(encoding="utf-8"))
        for path in (*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg"))
    }
    assert len(found) > len(list((ROOT / "docs").rglob("*.md")))
    assert {name: urls for name, urls in found.items() if urls} == {}
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    assert [page for page in pages if FROM_ELSEWHERE in page] == []


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/css">',
        "<img alt='' src='https://example.org/x.png'>",
        "@import 'https://fonts.example.org/css';",
        "src: url(https://fonts.example.org/x.woff2)",
    ],
)
def test_another_host_is_found(planted: str) -> None:
    assert len(fetched(planted)) == 1
    assert fetched('<a href="https://example.org/">a link is only followed by a click</a>') == []


BROKEN = {
    "[a page](no-such-page.md)": "no-such-page.md",
    "[a heading](frameworks.md#no-such-heading)": "no-such-heading",
    "[outside](../README.md)": "../README.md",
    "![a picture](pictures/no-such.png)": "no-such.png",
}
"""What is planted on a page, and what is said about it."""


@pytest.mark.in_ci
def test_a_broken_link_fails(tmp_path: Path) -> None:
    """On two pages of their own, so that the build is quick; they pass before links are planted."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "frameworks.md").write_text("# Frameworks\n\n## Versions\n", encoding="utf-8")
    page = "# Whole\n\n[versions](frameworks.md#versions)\n"
    (docs / "index.md").write_text(page, encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    whole = build(tmp_path, tmp_path / "site")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    (docs / "index.md").write_text("\n\n".join([page, *BROKEN]), encoding="utf-8")
    broken = build(tmp_path, tmp_path / "site")
    assert broken.returncode != 0
    assert [said for said in BROKEN.values() if said not in broken.stdout + broken.stderr] == []


@pytest.mark.in_ci
def test_a_page_that_the_contents_forget_fails(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "docs" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "forgotten.md" in done.stdout + done.stderr
