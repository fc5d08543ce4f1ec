"""The two kinds of screens on which a reviewer answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, redirect, url_for
from flask_babel import gettext as _, ngettext

from tracker.record.versions import queries as versions
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.batch import pages_cards as cards, queries as batches
from tracker.reviews.batch.forms import SentScreen
from tracker.reviews.batch.queries import Shared
from tracker.reviews.review import (
    pages,
    pages_labels as labels,
    pages_screens as screens,
    queries as review_headers,
    queries_details as item_details,
    queries_items as review_items,
)
from tracker.reviews.review.pages_labels import ReviewLabels
from tracker.reviews.review.pages_screens import Screen
from tracker.reviews.review.queries_items import Item
from tracker.rules.errors import Conflict, Refusal
from tracker.rules.pagination import next_after
from tracker.web.http import access, session
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """A screen of a review, by its number."""

    review_id: int
    number: int

    def ids(self) -> set[int]:
        """The items that can be answered here."""
        return {item.id for item in self._here(self._all()).items}

    def page(self, sent: SentScreen | None = None, refusal: Refusal | None = None) -> str:
        """404 where the review has no such screen; once there is nothing to answer any more, on to
        where the review is.

        Raises Conflict where something was sent then: what was typed must not be lost.
        """
        header, items = pages.reviewer_side(self.review_id)
        of_review = screens.of_review(items)
        here = self._here(of_review)
        left = [item for item in here.items if not item.revealed]
        if not header.is_live or all(item.status in cards.GONE for item in left):
            if sent is not None:
                is_withdrawn = header.status is ReviewStatus.WITHDRAWN
                raise Conflict("review_withdrawn" if is_withdrawn else "move_not_now")
            abort(redirect(screens.reviewer_href(header, items), 303))
        access.note_look(header.learner_id, "review")
        access.note_opened(header.id)
        words, place = pages.words_of(header), ""
        if len(of_review) > 1:
            place = _("Screen %(number)s of %(count)s", number=self.number, count=len(of_review))
        following = screens.following(of_review, self.number)
        return render(
            "reviews/batch/screen.html",
            lang=header.lang,
            header=header,
            here=here,
            words=words,
            items=items,
            place=place,
            screen_links=[_nav(screen, here) for screen in mark_language(of_review, header.lang)],
            screen=cards.screen(left, {header.id: header}, {header.id: words}, sent, refusal),
            done=screens.done(items),
            left=screens.left(items),
            grounds=labels.grounds(),
            following_href=screens.following_href(header.id, of_review, self.number),
            following_title=_("Next: screen %(number)s", number=following.number)
            if following is not None
            else _("Check all answers"),
        )

    def href_after(self, *, stay: bool) -> str:
        """`stay`: on this screen, for more to tick, while something of it waits."""
        of_review = self._all()
        if stay and (here := self._here(of_review)).waiting:
            return f"{here.href}?several=1"
        return screens.following_href(self.review_id, of_review, self.number)

    def later(self) -> str:
        """The message for a reviewer who stops for now."""
        header, items = pages.reviewer_side(self.review_id)
        return ngettext(
            "Your answers about %(name)s are saved. Nobody sees them before you reveal them. "
            "%(num)d statement waits for you.",
            "Your answers about %(name)s are saved. Nobody sees them before you reveal them. "
            "%(num)d statements wait for you.",
            len(screens.waiting(items)),
            name=header.learner,
        )

    def _all(self) -> list[Screen]:
        return screens.of_review(review_items.for_reviewer(self.review_id))

    def _here(self, of_review: list[Screen]) -> Screen:
        """404 where there is none."""
        return of_review[self.number - 1] if self.number <= len(of_review) else abort(404)


@dataclass(frozen=True, slots=True)
class StatementScreen:
    """One statement, across the people who sent it."""

    statement_id: int

    def ids(self) -> set[int]:
        return {item.id for item in self._items()}

    def page(self, sent: SentScreen | None = None, refusal: Refusal | None = None) -> str:
        """404 where the actor has nothing of it in a review that is under way."""
        today, waiting = session.today(), self._items()
        if not waiting:
            abort(404)
        headers = review_headers.headers({item.review_id for item in waiting}, today)
        items = cards.by_name(waiting, headers)
        first = headers[items[0].review_id]
        scale = versions.scale(first.framework_id)
        access.note_looks((header.learner_id for header in headers.values()), "review")
        for review_id in headers:
            access.note_opened(review_id)
        following = mark_language(self._following())
        words = {key: ReviewLabels.of(scale, header) for key, header in headers.items()}
        return render(
            "reviews/batch/statement.html",
            lang=first.lang,
            help=first.help,
            here=items[0],
            items=items,
            words=ReviewLabels.of(scale, None),
            screen=cards.screen(items, headers, words, sent, refusal),
            done=screens.done(items),
            left=screens.left(items),
            grounds=labels.grounds(),
            citations=item_details.citations(self.statement_id),
            following_href=_statement_href(following) or url_for("reviews.index"),
            following_title=_("Next: %(page)s", page=following.title)
            if following is not None
            else _("Back to the reviews"),
        )

    def href_after(self, *, stay: bool) -> str:
        if stay and screens.waiting(self._items()):
            return url_for("batch_review.statement", statement_id=self.statement_id, several=1)
        return _statement_href(self._following()) or url_for("batch_review.shared")

    def later(self) -> str:
        return ngettext(
            "Your answers are saved. Nobody sees them before you reveal them. For this statement "
            "%(num)d person waits for you.",
            "Your answers are saved. Nobody sees them before you reveal them. For this statement "
            "%(num)d people wait for you.",
            len(screens.waiting(self._items())),
        )

    def _items(self) -> list[Item]:
        return batches.of_statement(session.actor(), self.statement_id, session.today())

    def _following(self) -> Shared | None:
        """The next statement that waits from several, after this one and round to the first."""
        shared = batches.shared(session.actor(), session.today())
        return next_after(shared, lambda one: one.statement_id == self.statement_id, bool)


def _statement_href(of: Shared | None) -> str | None:
    if of is None:
        return None
    return url_for("batch_review.statement", statement_id=of.statement_id)


def _nav(screen: Screen, here: Screen) -> Mapping[str, object]:
    """The screen in the list of all, by what stands on it."""
    first, last = screen.items[0], screen.items[-1]
    if first.domain_id != last.domain_id:
        what = _("%(first)s to %(last)s", first=first.domain, last=last.domain)
    elif first.rank != last.rank:
        levels = {"first": first.level, "last": last.level}
        what = _("%(domain)s: %(first)s to %(last)s", domain=first.domain, **levels)
    else:
        what = _("%(domain)s: %(level)s", domain=first.domain, level=first.level)
    return {
        "label": _("Screen %(number)s: %(what)s", number=screen.number, what=what),
        "href": screen.href,
        "done": screen.done,
        "total": len(screen.items),
        "current": screen.number == here.number,
        "key": screen.key,
    }
