"""The draft of a first version: what will be published, section by section."""

from dataclasses import dataclass

from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement, placed, statements
from tracker.rules.frameworks.file_content import DomainInFile, StrandInFile
from tracker.rules.frameworks.files import warnings
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts.forms import PublishForm
from tracker.web.i18n.render import render


@dataclass(frozen=True, slots=True)
class NamedWording:
    name: Wording


@dataclass(frozen=True, slots=True)
class CountedDomain:
    """`counts`: how many statements it has at each level of its section."""

    title: Wording
    counts: tuple[int, ...]
    statements: int


@dataclass(frozen=True, slots=True)
class CountedSection:
    """`levels`: their names; none where the section has none."""

    title: Wording
    levels: tuple[Wording, ...]
    domains: tuple[CountedDomain, ...]
    statements: tuple[PlacedStatement, ...]


def page(drafted: DraftedVersion) -> str:
    file = drafted.after
    listed = tuple(placed(file).values())
    return render(
        "frameworks/drafts/first.html",
        lang=file.lang,
        draft_id=drafted.id,
        framework_id=drafted.published_framework_id,
        slug=file.slug,
        title=file.title,
        version=file.version,
        is_open=drafted.is_open,
        discarded_at=drafted.discarded_at,
        published_at=drafted.published_at,
        can_be_published=drafted.can_be_published,
        empty_levels=[NamedWording(each) for each in drafted.empty_levels],
        repeated=[NamedWording(each) for each in drafted.titles_used_twice],
        miscounted=warnings(file),
        origins=sum(bool(each.came_from) for each in statements(file)),
        sections=[_section(strand, listed) for strand in file.strands],
        statements=len(listed),
        publish_form=PublishForm(formdata=None, seen=drafted.seen),
    )


def _section(strand: StrandInFile, listed: tuple[PlacedStatement, ...]) -> CountedSection:
    return CountedSection(
        strand.title,
        tuple(level.name for level in strand.levels) if strand.has_levels else (),
        tuple(_domain(strand, domain) for domain in strand.domains),
        tuple(each for each in listed if each.strand == strand.key),
    )


def _domain(strand: StrandInFile, domain: DomainInFile) -> CountedDomain:
    ranks = [each.rank for each in domain.statements]
    counts = tuple(ranks.count(level.rank) for level in strand.levels) if strand.has_levels else ()
    return CountedDomain(domain.title, counts, len(ranks))
