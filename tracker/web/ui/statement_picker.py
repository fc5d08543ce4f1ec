"""Choosing statements, without script too: the page sends what was used last or is suggested, and
finds the others by words or by domain. What was ticked and typed stays while they are looked for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from flask import request
from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_search import FIND_MAX, places_of
from tracker.record.versions.queries import StatementChoice, StatementGroup
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Invalid
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.fields import an_id

T = TypeVar("T")
FEW, MOST = 6, 40
"""So many statements are shown unasked, and so many at once."""


def is_search() -> bool:
    """Whether the form is to come back with what is found: a button for it was pressed; or Enter,
    with other words than were searched for."""
    sent = request.form
    is_new = sent.get("find", "").strip() != sent.get("found", "").strip()
    return "within" in sent or sent.get("do") == "find" or (sent.get("do") == "enter" and is_new)


class FinderDomain(NamedTuple):
    key: str
    lang: str
    title: Wording
    """With its framework, where there are several."""


class StatementFinder(Generic[T]):
    """What is asked for in the address or the form: `find`, or all of a domain by its key in
    `within`. `words` gives the title of one, and its other words."""

    def __init__(
        self,
        every: Sequence[T],
        words: Callable[[T], tuple[str, ...]],
        domain: Callable[[T], FinderDomain],
    ) -> None:
        self.domains = [
            mark_language(fromkey, fromkey.lang) for fromkey in dict.fromkeys(map(domain, every))
        ]
        self.within = request.values.get("within", "")
        self.find = "" if self.within else request.values.get("find", "").strip()[:FIND_MAX]
        if not self.is_asked:
            self.matches = [*every] if len(every) <= FEW else []
        elif self.within:
            self.matches = [item for item in every if domain(item).key == self.within]
        else:
            self.matches = [every[at] for at in places_of(self.find, [*map(words, every)])]

    @property
    def is_asked(self) -> bool:
        return bool(self.find or self.within)

    @property
    def is_search(self) -> bool:
        return is_search()

    @property
    def shown(self) -> list[T]:
        return self.matches[:MOST]

    @property
    def status(self) -> Any:
        count = len(self.matches)
        if not self.is_asked:
            return ""
        if not count:
            return _("No other statement has these words. Try fewer, or choose a domain.")
        if count > MOST:
            return _(
                "The first %(most)s of %(count)s statements. Add a word to see fewer.",
                most=MOST,
                count=count,
            )
        return ngettext("%(num)d statement found.", "%(num)d statements found.", count)


def chosen_in_form() -> dict[int, str]:
    """What was ticked, with what was typed beside it. Raises Invalid("evidence_statement_unknown")
    for a box that no page has."""
    ids = [an_id(typed) for typed in request.form.getlist("statement")]
    if None in ids:
        raise Invalid("evidence_statement_unknown", "statements")
    return {key: request.form.get(f"reason-{key}", "") for key in ids if key is not None}


class StatementPicker:
    """`chosen`: reason by statement id. `groups` are handed in; what is in `without` is not offered
    again, what is in `recent` before anything is looked for."""

    def __init__(
        self,
        groups: Iterable[StatementGroup],
        chosen: Mapping[int, str] | None = None,
        without: Iterable[int] = (),
        recent: Sequence[int] = (),
    ) -> None:
        self.every = {choice.id: (group, choice) for group in groups for choice in group.choices}
        self.chosen = dict(chosen or {})
        self.latest = recent
        self.without = set(without)
        self.finder = StatementFinder(
            [both for key, both in self.every.items() if self._is_on_offer(key)], _words, _domain
        )

    @property
    def unknown(self) -> bool:
        """Whether something is chosen that is not on offer."""
        return bool(self.chosen.keys() - self.every.keys())

    @property
    def picked(self) -> list[tuple[StatementGroup, StatementChoice, str]]:
        """What is chosen, in order, with its domain and reason."""
        return [
            (*_in_its_language(both), self.chosen[key])
            for key, both in self.every.items()
            if key in self.chosen
        ]

    @property
    def offered(self) -> list[tuple[StatementGroup, StatementChoice]]:
        """What is found; before anything is looked for, what was used last."""
        latest = [self.every[key] for key in self.latest if self._is_on_offer(key)]
        return [
            _in_its_language(both)
            for both in (self.finder.shown if self.finder.is_asked else latest)
        ]

    def _is_on_offer(self, statement_id: int) -> bool:
        return statement_id not in self.without and statement_id not in self.chosen


def _words(both: tuple[StatementGroup, StatementChoice]) -> tuple[str, ...]:
    group, choice = both
    return choice.title, choice.text, group.title, choice.level


def _domain(both: tuple[StatementGroup, StatementChoice]) -> FinderDomain:
    group, _choice = both
    title = f"{group.title} ({group.framework})" if group.framework else group.title
    return FinderDomain(f"{group.framework_id}-{group.key}", group.lang, title)


def _in_its_language(
    both: tuple[StatementGroup, StatementChoice],
) -> tuple[StatementGroup, StatementChoice]:
    """Words are searched for in what is not marked, so it is marked when it is shown."""
    return mark_language(both, both[0].lang)
