"""The framework that comes with the program is the source's page, word for word."""

import os
import re
from collections import Counter

import pytest

from config import ROOT
from tracker.frameworks.files.rules import AnchorGroup, FrameworkFile, StatementInFile, StrandInFile
from tracker.frameworks.files.rules_reading import decode, read_framework, warnings

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
LINES = ROOT / "tests" / "data" / "library-technicians.lines.txt"
SEED = ROOT.parent / "shared" / "seed"
CHROME = {
    "NSXNational Skills ExchangeSign in",
    "Back to Framework",
    "Suggest an O*NET correction",
    "",
}
"""Lines of the page that are not content: its frame, its buttons, and empty lines."""


@pytest.fixture(scope="module")
def framework() -> FrameworkFile:
    return read_framework(decode(FILE.read_bytes()))


def line(
    framework: FrameworkFile, strand: StrandInFile, number: int, statement: StatementInFile
) -> str:
    """A statement as it stands in the source: number, title, text, and its citation chips with
    their screen text."""
    sources = {source.key: source for source in framework.sources}
    chips = "".join(
        f" {sources[key].label}{sources[key].name}. Opens in new tab."
        for key in statement.citations
    )
    return f"  {number}. {statement.title}{strand.join}{statement.text}{chips}{strand.end}"


def level_lines(
    framework: FrameworkFile, strand: StrandInFile, statements: list[StatementInFile]
) -> list[str]:
    return [
        line(framework, strand, number, statement) for number, statement in enumerate(statements, 1)
    ]


def strand_lines(framework: FrameworkFile, strand: StrandInFile) -> list[str]:
    """The strand's headings and statements."""
    made = []
    for domain in strand.domains:
        if domain.claimed_count is not None:
            made.append(f"{domain.position}{domain.title}{domain.claimed_count} statements")
        for level in strand.levels:
            made += [level.name, *([level.role_label] if level.role_label else [])]
            made += level_lines(
                framework, strand, [one for one in domain.statements if one.rank == level.rank]
            )
    return made


def statement_lines(framework: FrameworkFile) -> list[str]:
    lines = [one for strand in framework.strands for one in strand_lines(framework, strand)]
    return [one for one in lines if re.match(r" +\d+\. ", one)]


def anchor_lines(group: AnchorGroup) -> list[str]:
    if group.kind == "task":
        return [group.title, *(f"  {number}. {item}" for number, item in enumerate(group.items, 1))]
    return [group.title, "".join(group.items)]


def page_lines(framework: FrameworkFile) -> list[str]:
    """The whole page, line by line, from the data alone."""
    about = framework.about
    technical, ai, durable = framework.strands
    pack = [about["evidence_pack"]["heading"]]
    for group in about["evidence_pack"]["groups"]:
        pack.append(group["title"])
        pack += [
            f"{fact['label']}: {fact['value']}" if fact["label"] else fact["value"]
            for fact in group["facts"]
        ]
    titles, trades, codes = (
        about["related_titles"],
        about["apprenticeships"],
        about["education_codes"],
    )
    anchors = about["anchors"]
    occupation = f"{about['occupation']['system']} {about['occupation']['code']}"
    return [
        framework.title,
        f"{occupation}{about['job_zone']}v.{framework.version}",
        f"{about['context']['heading']}{about['context']['text']}",
        *strand_lines(framework, technical),
        about["coverage"],
        ai.intro,
        *strand_lines(framework, ai),
        *pack,
        durable.intro,
        *strand_lines(framework, durable),
        f"Show O*NET source anchors{anchors['claimed_count']} anchors · skillscrosswalk.com",
        anchors["caption"],
        anchors["heading"],
        titles["heading"],
        " · ".join(titles["items"]),
        trades["heading"],
        *trades["items"],
        *(one for group in framework.anchors for one in anchor_lines(group)),
        codes["heading"],
        *codes["items"],
        about["sources_line"],
    ]


def test_every_statement_joins_again_to_its_line(framework: FrameworkFile) -> None:
    assert statement_lines(framework) == LINES.read_text(encoding="utf-8").splitlines()


def test_a_changed_character_is_found(framework: FrameworkFile) -> None:
    lines = LINES.read_text(encoding="utf-8").replace("patrons", "patrens", 1).splitlines()
    assert statement_lines(framework) != lines


def test_the_whole_page_is_in_the_data(framework: FrameworkFile) -> None:
    """Needs the source, which lies beside the checkout, not in it; CI must have it."""
    if not SEED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the source's page is not beside the checkout, at ../shared/seed")
        pytest.skip("the source's page is not beside the checkout, at ../shared/seed")
    (page,) = SEED.glob("*.txt")
    source = [one for one in page.read_text(encoding="utf-8").split("\n") if one not in CHROME]
    assert page_lines(framework) == source
    assert (
        f"{framework.about['publisher']['short']}{framework.about['publisher']['name']}"
        in page.read_text("utf-8")
    )


def test_the_counts_are_those_of_the_page(framework: FrameworkFile) -> None:
    counts = {}
    for strand in framework.strands:
        for domain in strand.domains:
            ranks = Counter(statement.rank for statement in domain.statements)
            counts[domain.title] = tuple(ranks[rank] for rank in (1, 2, 3, 4))
    assert counts["Technical"] == (10, 10, 10, 10)
    assert counts["AI in the role"] == (2, 3, 3, 2)
    durable = {title: sum(count) for title, count in list(counts.items())[2:]}
    assert durable == {
        "Communication": 10,
        "Leadership": 8,
        "Metacognition": 8,
        "Critical Thinking": 9,
        "Collaboration": 9,
        "Character": 9,
        "Creativity": 7,
        "Growth Mindset": 9,
        "Mindfulness": 9,
        "Fortitude": 9,
    }
    assert sum(sum(count) for count in counts.values()) == 137


def test_the_anchors_are_the_pages_47(framework: FrameworkFile) -> None:
    counts = {group.kind: len(group.items) for group in framework.anchors}
    assert counts == {
        "skill": 8,
        "knowledge": 5,
        "ability": 10,
        "work_style": 6,
        "technology": 10,
        "task": 8,
    }
    assert sum(counts.values()) == framework.about["anchors"]["claimed_count"] == 47
    assert len(framework.about["related_titles"]["items"]) == 12
    assert framework.about["education_codes"]["items"] == ["25.0301"]
    assert framework.about["apprenticeships"]["items"] == []


def test_three_headings_claim_one_more_than_they_list(framework: FrameworkFile) -> None:
    found = [(warning.title, warning.claimed, warning.listed) for warning in warnings(framework)]
    assert found == [("Communication", 11, 10), ("Leadership", 9, 8), ("Creativity", 8, 7)]


def test_technical_cites_nothing_and_the_rest_cites_one_or_two(framework: FrameworkFile) -> None:
    technical, ai, durable = framework.strands
    assert {len(one.citations) for domain in technical.domains for one in domain.statements} == {0}
    assert {
        len(one.citations)
        for strand in (ai, durable)
        for domain in strand.domains
        for one in domain.statements
    } == {1, 2}
