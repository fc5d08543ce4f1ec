"""The draft of a first version: what will be published, section by section."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement, placed
from tracker.rules.frameworks.file_content import DomainInFile, StrandInFile
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts import checks
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render


@dataclass(frozen=True, slots=True)
class CountedDomain:
    """`counts`: how many statements it has at each level of its section; on a phone in one
    `line`."""

    title: Wording
    counts: tuple[int, ...]
    line: Wording
    statements: int


@dataclass(frozen=True, slots=True)
class CountedSection:
    """`levels`: their names; none where the section has none. `summary`: over its statements."""

    title: Wording
    levels: tuple[Wording, ...]
    domains: tuple[CountedDomain, ...]
    statements: tuple[PlacedStatement, ...]
    summary: str


def page(drafted: DraftedVersion) -> str:
    file = drafted.after
    listed = tuple(placed(file).values())
    figures = _figures(len(listed), len(file.strands))
    return render(
        "frameworks/drafts/first.html",
        lang=file.lang,
        draft_id=drafted.id,
        framework_id=drafted.published_framework_id,
        slug=file.slug,
        title=mark(file.title, file.lang),
        version=file.version,
        lead=_("Nobody sees it until you publish it.") if drafted.is_open else "",
        is_open=drafted.is_open,
        discarded_at=drafted.discarded_at,
        published_at=drafted.published_at,
        can_be_published=drafted.can_be_published,
        faults=checks.faults(drafted),
        oddities=[*checks.oddities(drafted)],
        sections=[_section(strand, listed) for strand in file.strands],
        figures=figures,
        sure=_(
            "Publish %(figures)s? The words can’t be changed afterward, only by another version.",
            figures=figures,
        ),
        seen=drafted.seen,
    )


def _figures(statements: int, sections: int) -> str:
    """ "137 statements in 3 sections"."""
    of = ngettext("%(num)s statement", "%(num)s statements", statements)
    within = ngettext("in %(num)d section", "in %(num)d sections", sections)
    return f"{of} {within}"


def _section(strand: StrandInFile, listed: tuple[PlacedStatement, ...]) -> CountedSection:
    own = tuple(each for each in listed if each.strand == strand.key)
    return CountedSection(
        strand.title,
        tuple(level.name for level in strand.levels) if strand.has_levels else (),
        tuple(_domain(strand, domain) for domain in strand.domains),
        own,
        ngettext("Read the %(num)d statement", "Read the %(num)d statements", len(own)),
    )


def _domain(strand: StrandInFile, domain: DomainInFile) -> CountedDomain:
    ranks = [each.rank for each in domain.statements]
    counts = tuple(ranks.count(level.rank) for level in strand.levels) if strand.has_levels else ()
    named = zip(strand.levels, counts, strict=False)
    line = ", ".join(f"{level.name} {count}" for level, count in named)
    return CountedDomain(domain.title, counts, line, len(ranks))
