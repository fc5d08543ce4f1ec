"""What can be chosen at a difference, and what of it is chosen or was typed."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.reviews.differences import OwnChoice
from tracker.queries.reviews.item_details import SideConfirmation
from tracker.queries.reviews.items import Item
from tracker.rules.frameworks.scale import NOT_MY_WORK, NOT_THEIR_WORK, counterpart
from tracker.rules.reviews.differences import ChoiceKind
from tracker.web.reviews.differences.forms import OTHER, SentChoice, coded
from tracker.web.reviews.outcome import ReviewOutcome


@dataclass(frozen=True, slots=True)
class Option:
    """A radio: what it says, and the whole sentence for who cannot see the row."""

    value: str
    label: str
    sentence: str


def offered(
    of: ReviewOutcome, item: Item, theirs: SideConfirmation | None
) -> tuple[list[Option], list[tuple[str, str]]]:
    """The radios in their fixed order, and what stands under *Another*. Where the other side has
    confirmed an answer, it is the only one that is a radio of its own."""
    first = of.header.reviewer_first if of.is_learner else of.header.learner_first
    answers = dict(of.words.agreed())
    if not of.is_learner:
        answers[NOT_MY_WORK] = of.words.theirs(NOT_THEIR_WORK)
    sides = [item.own or "", counterpart(item.theirs or "") or ""]
    yours, other = sides if of.is_learner else sides[::-1]
    proposed = theirs.answer if theirs is not None else None

    def agree(answer: str, words: str, label: str = "") -> Option:
        sentence = _("Agree on %(answer)s for %(statement)s", answer=words, statement=item.title)
        return Option(coded(ChoiceKind.AGREE, answer), label or words, str(sentence))

    if proposed is not None:
        words = answers.get(proposed, proposed)
        options = [agree(proposed, words, _("Agree on %(answer)s", answer=words))]
    else:
        named = (
            (yours, _("%(answer)s (yours)", answer=answers.get(yours, ""))),
            (other, _("%(answer)s (%(name)s’s)", answer=answers.get(other, ""), name=first)),
        )
        options = [agree(answer, str(label)) for answer, label in named if answer in answers]
    talk = Option(
        ChoiceKind.TALK.value,
        _("Talk about it"),
        _("Talk about it: %(statement)s", statement=item.title),
    )
    apart = Option(
        ChoiceKind.NO_AGREEMENT.value,
        _("No agreement"),
        _("No agreement on %(statement)s", statement=item.title),
    )
    radios = {option.value for option in options}
    coded_answers = [(coded(ChoiceKind.AGREE, key), label) for key, label in answers.items()]
    others = [each for each in coded_answers if each[0] not in radios]
    another = Option(
        OTHER, _("Another"), _("Another answer for %(statement)s", statement=item.title)
    )
    if proposed is None:
        return [*options, another, talk, apart], others
    return [*options, talk, another], [*others, (apart.value, apart.label)]


def taken(
    options: list[Option], chosen: OwnChoice | None, sent: SentChoice | None
) -> tuple[str, str, str, bool]:
    """The radio, what is selected under *Another*, the reason, and the tick."""
    if sent is not None:
        return sent.choice, sent.other, sent.reason, sent.is_ticked
    if chosen is None:
        return "", "", "", False
    value = coded(chosen.kind, chosen.answer)
    if value in {option.value for option in options}:
        return value, "", chosen.reason, False
    return OTHER, value, chosen.reason, False
