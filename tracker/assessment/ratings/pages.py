"""What every page of the self-assessment shows around its statements.

The statements of a grid or of a page that is refused: what stands, or what was typed, and what
is wrong with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import abort, has_request_context, redirect, request, url_for
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.assessment.ratings import (
    queries as ratings_queries,
    queries_cards as ratings_queries_cards,
    rules as ratings_rules,
)
from tracker.assessment.ratings.actions import NewerRating, RatingToSave, clean_notes
from tracker.assessment.ratings.forms import NOTES, SentRow
from tracker.assessment.ratings.queries_cards import StatementCard, StatementsToRate
from tracker.assessment.ratings.rules import LevelProgress, Progress
from tracker.record.ratings.rules import FIVE, RatingFilter, is_dated
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import Learner, learner_of
from tracker.record.sheet.rules import Sheet, Side
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Refusal
from tracker.rules.pace import minutes_for
from tracker.web.http import errors, session
from tracker.web.http.framework_asked import about, learner_asked
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import mark
from tracker.web.ui import page_nav
from tracker.web.ui.page_nav import PageNavGroup
from tracker.web.ui.statement_cards import how_imported, imported_words
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class AssessmentHeader:
    learner: Learner
    sheet: Sheet
    progress: Progress
    pace: int
    """Seconds for a statement."""

    @property
    def minutes(self) -> int:
        """For the job while it is to be rated first, as on Today; else for all that is left."""
        return minutes_for(self.progress.to_finish or self.progress.left, self.pace)

    @property
    def minutes_for_five(self) -> int:
        return minutes_for(FIVE, self.pace)

    def once_read(self) -> "AssessmentHeader":
        """Whoever has not read the use statement is sent there first."""
        if not self.progress.use_statement:
            abort(redirect(url_for("dashboard.use_statement", next=address_here())))
        return self

    def levels(self, strand: str, domain: str) -> tuple[LevelProgress, ...]:
        """The levels of a domain as an address names it; 404 when it is not of the framework."""
        return self.progress.of_domain(strand, domain) or abort(404)

    def to_rate(
        self, levels: Collection[LevelProgress], which: RatingFilter | None = None
    ) -> StatementsToRate:
        """The statements of these levels that the filter shows."""
        starts_on = self.learner.round_starts_on
        ids = ratings_rules.shown_of(self.sheet, levels, which, starts_on)
        return ratings_queries_cards.of_statements(self.sheet, ids)


def header(
    framework: str | None = None, switch: str = "assessment.resume", *, private: bool = False
) -> AssessmentHeader:
    """In the framework of that slug, else that of the address; 404 for somebody who does not learn
    in it. `switch`: the page of another framework of theirs. `private`: its sheet has what is
    theirs alone besides their answers."""
    learner = learner_asked(session.actor().person_id, switch, framework) or abort(404)
    return _header(learner, private=private)


def header_of(statement_id: int, switch: str = "assessment.resume") -> AssessmentHeader | None:
    """In the framework of the statement, where they learn in it."""
    learner = learner_of(session.actor().person_id, statement_id, session.today())
    return None if learner is None else _header(about(learner, switch))


def _header(learner: Learner, *, private: bool = False) -> AssessmentHeader:
    sheet = sheet_queries.of_learner(learner, Side.OWN, None, private=private, revealed=False)
    reached = ratings_rules.progress(sheet, learner.round_starts_on)
    return AssessmentHeader(learner, sheet, reached, ratings_queries.seconds_of(learner.person_id))


@dataclass(frozen=True, slots=True)
class FilterLink:
    """`which` is None for all statements of the page."""

    which: RatingFilter | None
    label: str
    count: int


FILTERS = {
    RatingFilter.JOB: _l("For your job"),
    RatingFilter.NOT_RATED: _l("Not rated"),
    RatingFilter.AGAIN: _l("Rate again"),
    RatingFilter.OLDER: _l("Older"),
    RatingFilter.CHANGED: _l("Changed since review"),
    RatingFilter.NOT_SURE: _l("Not sure"),
}


@dataclass(frozen=True, slots=True)
class WayOn:
    """`title`: of the page that comes next; "" for the finish."""

    href: str
    title: Wording

    @property
    def label(self) -> str:
        return _("Next") if self.title else _("Finish")


def following(
    header: AssessmentHeader, groups: list[PageNavGroup], which: RatingFilter | None = None
) -> WayOn:
    """The page that comes next, by way of the finish while something of the job is left; the finish
    where no page comes."""
    page = page_nav.following(groups)
    is_over = which is RatingFilter.JOB and header.progress.is_finished
    if page is None or is_over:
        return WayOn(url_for("finish.show"), "")
    return WayOn(way_on(header, page.href), page.title)


def way_on(header: AssessmentHeader, href: str) -> str:
    """To that page, or to the finish if the last statement of the job is rated by then."""
    return href if header.progress.is_finished else url_for("finish.show", next=href)


@dataclass(frozen=True, slots=True)
class OneAtATime:
    """What a phone shows alone of a page of statements: a card, which is the `at`-th of the list.
    `first`: which one the page begins with. `back` and `then`: where its two ways on lead where no
    script shows the next card in its place."""

    card: StatementCard
    at: int
    first: int
    of: int
    back: str
    then: str


def stay_in_list(endpoint: str, values: dict[str, object]) -> None:
    """Whoever has asked for all statements of a page on a phone keeps to lists on the way on."""
    pages = ("assessment.show", "assessment.five", "assessment.later")
    if endpoint in pages and has_request_context() and "list" in request.args:
        values.setdefault("list", 1)


LAST = "last"
"""Asked for where one goes back to the page before."""


def one_at_a_time(
    to_rate: StatementsToRate, here: str, then: str, groups: Sequence[PageNavGroup] = ()
) -> OneAtATime | None:
    """The card that the address names, else the first open one. None where all are to be listed.

    `groups`: the pages that its list has besides; `then`: what comes after this one."""
    cards = [card for card in to_rate.cards if card.not_rated_here is None]
    if "list" in request.args or not cards:
        return None
    asked = request.args.get("one")
    first_open = next((at for at, card in enumerate(cards) if card.answer is None), 0)
    named = (at for at, card in enumerate(cards) if asked == str(card.id))
    at = len(cards) - 1 if asked == LAST else next(named, first_open)
    items = [item for group in groups for item in group.items]
    # A domain whole, with all its levels, is none of them.
    here_is = [place for place, item in enumerate(items) if item.current] or [
        place for place, item in enumerate(items) if item.domain_id == cards[0].domain_id
    ]
    current, last = (here_is[0], here_is[-1]) if here_is else (0, 0)
    counts = [item.total if item.shown is None else item.shown for item in items]
    first = sum(counts[:current]) + 1

    def alone(href: str, which: object) -> str:
        return f"{href}{'&' if '?' in href else '?'}one={which}"

    if at:
        back = alone(here, cards[at - 1].id)
    elif current:
        back = alone(items[current - 1].href, LAST)
    else:
        back = url_for("dashboard.index")
    return OneAtATime(
        card=cards[at],
        at=first + at,
        first=first,
        of=first - 1 + len(cards) + sum(counts[last + 1 :]),
        back=back,
        then=alone(here, cards[at + 1].id) if at + 1 < len(cards) else then,
    )


def filter_asked() -> RatingFilter | None:
    """The filter that the address names; 404 where there is no such filter."""
    asked = request.args.get("show")
    if asked is None:
        return None
    return next((which for which in RatingFilter if which == asked), None) or abort(404)


def filters(levels: Sequence[LevelProgress], which: RatingFilter | None) -> list[FilterLink]:
    """Those that show something on the page, and the one in use. Nothing where that is all the
    same."""
    links = [
        FilterLink(kind, str(label), count)
        for kind, label in FILTERS.items()
        if (count := page_nav.shown(levels, kind)) or kind is which
    ]
    everything = FilterLink(None, _("All"), page_nav.shown(levels, None))
    return [everything, *links] if which or links else []


def by_level(
    header: AssessmentHeader, to_rate: StatementsToRate
) -> list[tuple[LevelProgress, list[StatementCard]]]:
    """Statements of any domains, in the framework's order, under their levels."""
    levels = {(level.domain_id, level.rank): level for level in header.progress.levels}
    places = groupby(to_rate.cards, key=lambda card: (card.domain_id, card.rank))
    return [(levels[place], list(cards)) for place, cards in places]


@dataclass(frozen=True, slots=True)
class TypedRow:
    """`answer` and `notes` are chosen; `shown`, `shown_notes` and `version` are what they are
    compared with. `problem_at`: the end of the id of the field that it is about."""

    card: StatementCard
    answer: str
    notes: Mapping[str, str]
    shown: str
    shown_notes: Mapping[str, str]
    version: int
    clear: bool
    dated: str
    imported: str
    problem: str
    problem_at: str


FIELDS = {"own_note": "self", "reviewer_note": "reviewer"}


def wanted(sent: Sequence[SentRow]) -> list[RatingToSave]:
    """What to save: the rows that were touched, and in them what was changed."""
    return [
        RatingToSave(
            row.statement_id,
            row.chosen(),
            row.base_version,
            clean_notes(**row.other_notes),
            clear=row.clear,
        )
        for row in sent
    ]


def rows(
    to_rate: StatementsToRate, learner: Learner, sent: Sequence[SentRow], refusal: Refusal | None
) -> list[TypedRow]:
    typed = {row.statement_id: row for row in sent}
    problems = errors.refused_rows(refusal)
    return [
        _row(card, to_rate, learner, typed.get(card.id), problems.get(card.id))
        for card in to_rate.cards
    ]


def _row(
    card: StatementCard,
    to_rate: StatementsToRate,
    learner: Learner,
    typed: SentRow | None,
    problem: Refusal | None,
) -> TypedRow:
    dated = card.rated_at is not None and is_dated(
        card.rated_at, learner.round_starts_on, card.given_on
    )
    current = problem.facts.get("current") if problem is not None else None
    is_compared = typed is None or isinstance(current, NewerRating)
    stand = {name: str(getattr(card, name)) for name in NOTES}
    other_notes = typed.other_notes if typed is not None else {}
    shown = (card.answer or "") if typed is None or is_compared else typed.shown
    return TypedRow(
        card=card,
        answer=typed.answer if typed is not None and typed.has_other_answer else card.answer or "",
        notes=stand | other_notes,
        shown="" if typed is not None and typed.still_true else shown,
        shown_notes=stand
        if typed is None or is_compared
        else stand | {name: typed.shown_notes[name] for name in other_notes},
        version=card.version if typed is None or is_compared else typed.base_version,
        clear=typed is not None and typed.clear,
        dated=day(card.given_on or card.rated_at) if dated else "",
        imported=imported_words(how_imported(card), day(card.rated_at), day(card.given_on)),
        problem="" if problem is None else _problem(problem, to_rate, learner, typed),
        problem_at=FIELDS.get(getattr(problem, "field", None) or "", to_rate.scale[0].key),
    )


def _problem(
    problem: Refusal, to_rate: StatementsToRate, learner: Learner, typed: SentRow | None
) -> str:
    """A row's refusal. Its facts do not hold the words of the scale, so those of a conflict are put
    together here."""
    current = problem.facts.get("current")
    if not isinstance(current, NewerRating):
        return errors.message_for(problem)
    words = _(
        "You answered this somewhere else in the meantime: %(answer)s. What you chose here is "
        "still chosen; save "
        "again to put it in its place.",
        answer=mark(to_rate.answer(current.answer).label, learner.lang)
        if current.answer
        else _("No rating"),
    )
    if typed is not None and "own_note" in typed.notes and current.own_note:
        words += " " + _("The note saved there: %(note)s", note=current.own_note)
    return words
