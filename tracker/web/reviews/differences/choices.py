"""What can be chosen at a difference: the same for both sides, in one order, under the keys of
rating."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.reviews.item_details import SideConfirmation
from tracker.queries.reviews.items import Item
from tracker.rules.frameworks.scale import counterpart, shortcut
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.differences import ChoiceKind, needs_reason
from tracker.web.reviews.differences.forms import coded
from tracker.web.reviews.outcome import ReviewOutcome

KEYS = {ChoiceKind.NO_AGREEMENT: "n", ChoiceKind.TALK: "t"}


@dataclass(frozen=True, slots=True)
class Option:
    """A radio: what it says, its key, and the whole sentence for who cannot see the row.
    `raters`: whose rating it is; `choosers`: who confirmed it. `is_new`: neither gave it, so it
    takes a reason; `agrees`: the other side has confirmed it."""

    value: str
    label: Wording
    key: str
    sentence: Wording
    raters: list[str]
    choosers: list[str]
    is_mine: bool
    is_new: bool
    agrees: bool


def offered(
    of: ReviewOutcome, item: Item, mine: SideConfirmation | None, theirs: SideConfirmation | None
) -> list[Option]:
    """Every answer that can be agreed on, no agreement, and to talk about it. "Chose" stands only
    at what was confirmed."""
    name = of.header.reviewer_first if of.is_learner else of.header.learner_first
    sides = [item.own, counterpart(item.theirs or "")]
    own, other = sides if of.is_learner else sides[::-1]
    found = []
    for answer, label in of.words.agreed(by_learner=of.is_learner).items():
        agrees = theirs is not None and theirs.answer == answer
        raters = [*([_("you")] if answer == own else []), *([name] if answer == other else [])]
        choosers = [*([_("%(name)s chose", name=name)] if agrees else [])]
        if mine is not None and mine.answer == answer:
            choosers.append(_("You chose"))
        sentence = _("Agree on %(answer)s for %(statement)s.", answer=label, statement=item.title)
        if answer == own:
            sentence += " " + _("Your rating.")
        if answer == other:
            sentence += " " + _("%(name)s’s rating.", name=name)
        if agrees:
            sentence += " " + _("%(name)s chose it.", name=name)
        found.append(
            Option(
                coded(ChoiceKind.AGREE, answer),
                label,
                shortcut(answer, of.words.steps.step(answer)),
                sentence,
                raters,
                choosers,
                is_mine=answer == own,
                is_new=needs_reason(answer, item.own or "", item.theirs) and not agrees,
                agrees=agrees,
            )
        )
    talks = theirs is not None and theirs.answer is None
    for kind, label, sentence in (
        (
            ChoiceKind.NO_AGREEMENT,
            _("No agreement"),
            _("No agreement on %(statement)s", statement=item.title),
        ),
        (
            ChoiceKind.TALK,
            _("Talk about it"),
            _("Talk about it: %(statement)s", statement=item.title),
        ),
    ):
        choosers = [_("%(name)s chose", name=name)] if kind is ChoiceKind.TALK and talks else []
        found.append(
            Option(
                kind.value,
                label,
                KEYS[kind],
                sentence,
                [],
                choosers,
                is_mine=False,
                is_new=False,
                agrees=False,
            )
        )
    return found
