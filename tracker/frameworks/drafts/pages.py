"""What the pages of a draft are given: of a first version, and beside the changes of a next one."""

from collections.abc import Iterator
from typing import Any

from flask import abort
from flask_babel import gettext as _, ngettext

from tracker.frameworks.changes.rules_places import empty_levels, placed, titles_used_twice
from tracker.frameworks.drafts.forms import NextVersionForm, OriginsForm, PlaceForm
from tracker.frameworks.drafts.queries import DraftedVersion, drafted, open_drafts
from tracker.frameworks.files.rules_reading import unreachable, warnings
from tracker.frameworks.versions.queries import SHOWN, published
from tracker.frameworks.versions.queries_contents import IdsElsewhere
from tracker.policy.permissions import Subject
from tracker.web.i18n.content_language import mark
from tracker.web.ui import fields


def drafted_or_404(draft: Subject) -> DraftedVersion:
    return drafted(draft.id) or abort(404)


def about(drafted: DraftedVersion) -> dict[str, Any]:
    """What all pages of a draft say."""
    return {
        "lang": drafted.after.lang,
        "draft_id": drafted.id,
        "title": mark(drafted.after.title, drafted.after.lang),
        "slug": drafted.after.slug,
        "version": drafted.after.version,
        "is_open": drafted.is_open,
        "published_at": drafted.row.published_at,
        "discarded_at": drafted.row.discarded_at,
        "can_be_published": drafted.can_be_published,
        "faults": _faults(drafted),
        "oddities": [*_oddities(drafted)],
    }


def _faults(drafted: DraftedVersion) -> list[str]:
    """What keeps it from being published."""
    names = (
        (_("These levels have no statement:"), empty_levels(drafted.after)),
        (_("These titles appear twice in a domain:"), titles_used_twice(drafted.after)),
        (
            _("Split and merged at once, so say one or the other:"),
            [change.after[0].title for change in drafted.comparison.tangled],
        ),
    )
    return [
        *(f"{says} {mark('; '.join(of), drafted.after.lang)}" for says, of in names if of),
        *(_elsewhere(drafted, ids) for ids in drafted.elsewhere),
    ]


def _elsewhere(drafted: DraftedVersion, ids: IdsElsewhere) -> str:
    has_them = ngettext(
        "%(num)s of %(listed)s statement has the UUID of one of “%(title)s”.",
        "%(num)s of %(listed)s statements have UUIDs of “%(title)s”.",
        len(ids.uuids),
        listed=len(placed(drafted.after)),
        title=mark(ids.title, ids.lang),
    )
    remedy = _(
        "If this is its next version, the slug in the file has to be “%(slug)s”: correct it, "
        "upload the file again, and discard this draft. If it’s another framework, give these "
        "statements UUIDs of their own.",
        slug=ids.slug,
    )
    return f"{has_them} {remedy}"


def _oddities(drafted: DraftedVersion) -> Iterator[str]:
    """What may be a mistake and keeps nothing from being published."""
    file = drafted.after
    for warning in warnings(file):
        yield _(
            "The heading of “%(title)s” says %(claimed)s; %(listed)s are listed. The page will "
            "say so.",
            title=mark(warning.title, file.lang),
            claimed=warning.claimed,
            listed=warning.listed,
        )
    for levels in unreachable(file):
        yield _(
            "No one can reach these levels, as at least %(least)s statements must apply and each "
            "lists %(listed)s: %(places)s. In all: %(many)s",
            **levels._asdict() | {"places": mark(levels.places, file.lang)},
        )
    origins = sum(bool(statement.came_from) for statement in file.statements)
    if origins and drafted.is_first:
        named = ngettext(
            "%(num)d statement names earlier ones in “from”.",
            "%(num)d statements name earlier ones in “from”.",
            origins,
        )
        here = _("No earlier version is here, so they begin as new statements.")
        yield f"{named} {here}"


def first_version(drafted: DraftedVersion) -> dict[str, Any]:
    """What will be published, section by section. `on_phones`: by keys of section and domain, how
    many statements it has at each level."""
    file = drafted.after
    many = len(placed(file))
    statements = ngettext("%(num)s statement", "%(num)s statements", many)
    within = ngettext("in %(num)d section", "in %(num)d sections", len(file.strands))
    figures = f"{statements} {within}"
    return {
        "framework_id": drafted.row.published_framework_id,
        "lead": _("Nobody sees it until you publish it.") if drafted.is_open else "",
        "sections": file.strands,
        "on_phones": {
            (strand.key, domain.key): mark(
                ", ".join(f"{level.name} {len(domain.at(level.rank))}" for level in strand.levels),
                file.lang,
            )
            for strand in file.strands
            for domain in strand.domains
        },
        "figures": figures,
        "sure": _(
            "Publish %(figures)s? The words can’t be changed afterward, only by another version.",
            figures=figures,
        ),
        "seen": drafted.seen,
    }


def by_hand(drafted: DraftedVersion) -> list[dict[str, str]]:
    old, new = (
        {
            statement.uuid: mark(statement.title, statement.lang)
            for change in drafted.comparison.changes
            for statement in getattr(change, side)
        }
        for side in ("before", "after")
    )
    return [
        {
            "uuid": uuid,
            "title": new[uuid],
            "words": _(
                "“%(new)s” replaces: %(earlier)s",
                new=new[uuid],
                earlier="; ".join(old[origin] for origin in earlier),
            ),
        }
        for uuid, earlier in drafted.row.origins.items()
        if earlier and uuid not in drafted.kept
    ]


def targets(drafted: DraftedVersion) -> dict[str, Any]:
    """What becomes of targets in domains that are gone: in which new one they go on, by its key
    with both titles, and the form that says so."""
    new, gone = drafted.new_domains, drafted.gone_domains
    form = PlaceForm(formdata=None)
    listed_new, listed_gone = (
        [(key, f"{strand.title}: {domain.title}") for key, (strand, domain) in domains.items()]
        for domains in (new, gone)
    )
    form.domain.choices = fields.choices(listed_new)
    form.before.choices = fields.choices([("", _("No other domain")), *listed_gone])
    return {
        "went_on": [
            (
                key,
                mark(new[key][1].title, drafted.after.lang),
                mark(gone[before][1].title, drafted.before.lang),
            )
            for key, before in drafted.went_on.items()
        ],
        "place_form": form,
        "can_place": drafted.is_open and new and gone,
    }


def origins_form(drafted: DraftedVersion) -> OriginsForm:
    form = OriginsForm(formdata=None)
    old, new = (
        [
            (statement.uuid, mark(f"{statement.code} {statement.title}", statement.lang))
            for statement in placed(file).values()
        ]
        for file in (drafted.before, drafted.after)
    )
    earlier = {old.uuid for change in drafted.comparison.changes for old in change.before}
    form.statement.choices = fields.choices(sorted(new, key=lambda option: option[0] in earlier))
    form.first.choices = fields.choices([("", _("None: it is new")), *old])
    form.second.choices = fields.choices([("", _("None")), *old])
    return form


def next_form() -> NextVersionForm:
    form = NextVersionForm()
    drafts = {draft.slug for draft in open_drafts()}
    newest = {version.slug: version for version in reversed(published(SHOWN))}
    form.slug.choices = fields.choices(
        (slug, mark(version.title, version.lang))
        for slug, version in newest.items()
        if slug not in drafts
    )
    return form
