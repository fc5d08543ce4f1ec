"""What the pages of a draft are given."""

from dataclasses import dataclass
from typing import Any

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.frameworks.affected import affected
from tracker.queries.frameworks.drafts import DraftedVersion, drafted, open_drafts
from tracker.queries.frameworks.published import SHOWN, published
from tracker.queries.record.origins import skills_named
from tracker.rules.frameworks.changes.comparison import Kind
from tracker.rules.frameworks.changes.placed_statements import placed, statements
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.wording import Wording
from tracker.web.frameworks.drafts.cards import ChangeCard, draft_card, same_card, title_cards
from tracker.web.frameworks.drafts.figures import skills_of
from tracker.web.frameworks.drafts.forms import NextVersionForm, OriginsForm, PlaceForm
from tracker.web.i18n.content_language import mark
from tracker.web.ui import fields


def drafted_or_404(draft: Subject) -> DraftedVersion:
    return drafted(draft.id) or abort(404)


def about(drafted: DraftedVersion) -> dict[str, Any]:
    return {
        "lang": drafted.after.lang,
        "draft_id": drafted.id,
        "title": mark(drafted.after.title, drafted.after.lang),
        "slug": drafted.after.slug,
        "version": drafted.after.version,
        "base_version": drafted.before.version,
        "is_open": drafted.is_open,
        "published_at": drafted.published_at,
        "discarded_at": drafted.discarded_at,
    }


@dataclass(frozen=True, slots=True)
class CountLink:
    """To the part of the page with that id."""

    id: str
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """All that changes, by how much it asks of who publishes. `of_nothing`: what there is that
    needs nothing, in words."""

    to_think_about: list[ChangeCard]
    suggested: list[ChangeCard]
    need_nothing: list[ChangeCard]
    of_nothing: str

    @property
    def counts(self) -> list[CountLink]:
        nothing = len(self.need_nothing)
        return [
            CountLink("think", len(self.to_think_about), _("to think about")),
            CountLink("suggested", len(self.suggested), _("suggested")),
            CountLink("nothing", nothing, ngettext("needs nothing", "need nothing", nothing)),
        ]

    @property
    def undecided(self) -> list[ChangeCard]:
        return [card for card in self.to_think_about if card.to_decide]

    @property
    def progress(self) -> str:
        left, of = len(self.undecided), len(self.to_think_about)
        if not left:
            return str(_("All decided")) if of else ""
        return str(_("%(num)s of %(of)s to decide", num=left, of=of))

    @property
    def small(self) -> dict[str, str]:
        """The fields that carry all that are suggested and not decided."""
        options = [(card.key, each) for card in self.suggested for each in card.options]
        return {f"change-{key}": each.value for key, each in options if each.suggested}

    @property
    def small_label(self) -> str:
        number = len(self.small)
        return str(ngettext("Carry the small one", "Carry the %(num)d small ones", number))

    @property
    def nothing_label(self) -> str:
        number = len(self.need_nothing)
        return str(
            ngettext(
                "Show the one that needs nothing", "Show the %(num)d that need nothing", number
            )
        )


def lead(drafted: DraftedVersion, changes: DraftChanges) -> str:
    number = sum(each.number for each in changes.counts)
    of = ngettext(
        "%(num)d change since %(base)s.",
        "%(num)d changes since %(base)s.",
        number,
        base=drafted.before.version,
    )
    then = _("Nothing changes for anyone until you publish.") if drafted.is_open else ""
    return f"{of} {then}".strip()


def changes(drafted: DraftedVersion) -> DraftChanges:
    skills = skills_named(drafted.base_id)
    found = affected({each.key: skills_of(skills, [each]) for each in drafted.changed})
    think, suggested, new = list[ChangeCard](), list[ChangeCard](), list[ChangeCard]()
    for change in drafted.changed:
        suggests = suggested if change.offers_carry else think
        group = new if change.kind == Kind.NEW else suggests
        group.append(draft_card(drafted, change, found[change.key]))
    renumbered, sources = _unchanged(drafted)
    titles = title_cards(drafted.comparison, drafted.before.lang, drafted.after.lang)
    said = (
        (len(new), ngettext("%(num)d new", "%(num)d new", len(new))),
        (len(renumbered), ngettext("%(num)d renumbered", "%(num)d renumbered", len(renumbered))),
        (len(sources), ngettext("%(num)d sources only", "%(num)d sources only", len(sources))),
        (len(titles), ngettext("%(num)d title", "%(num)d titles", len(titles))),
    )
    words = ", ".join(each for number, each in said if number)
    return DraftChanges(think, suggested, [*new, *renumbered, *sources, *titles], words)


def _unchanged(drafted: DraftedVersion) -> tuple[list[ChangeCard], list[ChangeCard]]:
    """Of those whose words and place are the same: with another code; with other sources."""
    old, new = _sources(drafted.before), _sources(drafted.after)
    renumbered, sources = list[ChangeCard](), list[ChangeCard]()
    for change in drafted.comparison.of(Kind.SAME):
        (before,), (after,) = change.before, change.after
        of = old.get(before.uuid, new[after.uuid]), new[after.uuid]
        if before.code != after.code:
            renumbered.append(same_card(change, _("Renumbered"), of))
        elif of[0] != of[1]:
            sources.append(same_card(change, _("Sources"), of))
    return renumbered, sources


def _sources(file: FrameworkFile) -> dict[str, str]:
    """By uuid of the statement."""
    labels = {source.key: source.label for source in file.sources}
    return {
        each.uuid: "; ".join(labels[key] for key in each.citations) for each in statements(file)
    }


@dataclass(frozen=True, slots=True)
class OriginByHand:
    uuid: str
    title: Wording
    words: str


def by_hand(drafted: DraftedVersion) -> list[OriginByHand]:
    changes = drafted.comparison.changes
    old = {each.uuid: each for change in changes for each in change.before}
    new = {each.uuid: each for change in changes for each in change.after}
    return [
        OriginByHand(
            uuid,
            mark(new[uuid].title, new[uuid].lang),
            _(
                "“%(new)s” replaces: %(earlier)s",
                new=mark(new[uuid].title, new[uuid].lang),
                earlier="; ".join(mark(old[each].title, old[each].lang) for each in earlier),
            ),
        )
        for uuid, earlier in drafted.origins.items()
        if earlier and uuid not in drafted.kept
    ]


@dataclass(frozen=True, slots=True)
class TargetsGoOn:
    key: str
    title: Wording
    before: Wording


def went_on(drafted: DraftedVersion) -> list[TargetsGoOn]:
    new, gone = (
        {each.key: each.title for each in of} for of in (drafted.new_domains, drafted.gone_domains)
    )
    return [
        TargetsGoOn(
            key, mark(new[key], drafted.after.lang), mark(gone[before], drafted.before.lang)
        )
        for key, before in drafted.went_on.items()
    ]


def place_form(drafted: DraftedVersion) -> PlaceForm:
    form = PlaceForm(formdata=None)
    new, gone = (
        [(each.key, f"{each.section_title}: {each.title}") for each in of]
        for of in (drafted.new_domains, drafted.gone_domains)
    )
    form.domain.choices = fields.choices(new)
    form.before.choices = fields.choices([("", _("No other domain")), *gone])
    return form


def origins_form(drafted: DraftedVersion) -> OriginsForm:
    form = OriginsForm(formdata=None)
    old, new = (
        [
            (each.uuid, mark(f"{each.code} {each.title}", each.lang))
            for each in placed(file).values()
        ]
        for file in (drafted.before, drafted.after)
    )
    earlier = {each.uuid for change in drafted.comparison.changes for each in change.before}
    form.statement.choices = fields.choices(sorted(new, key=lambda each: each[0] in earlier))
    form.first.choices = fields.choices([("", _("None: it is new")), *old])
    form.second.choices = fields.choices([("", _("None")), *old])
    return form


def next_form() -> NextVersionForm:
    form = NextVersionForm()
    there = {each.slug for each in open_drafts()}
    newest = {each.slug: each for each in reversed(published(SHOWN))}
    form.slug.choices = fields.choices(
        [
            (each.slug, mark(each.title, each.lang))
            for each in newest.values()
            if each.slug not in there
        ]
    )
    return form
