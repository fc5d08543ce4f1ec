"""Choosing statements, each with a reason, without script: boxes by domain, and a search that keeps
what is typed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from flask import request

from tracker.rules.errors import Invalid
from tracker.rules.frameworks.search import FIND_MAX, Search
from tracker.web.i18n.content_language import mark_language
from tracker.web.ui.fields import an_id

T = TypeVar("T")


class PickerChoice(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def words(self) -> str: ...


class PickerGroup(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def framework(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def choices(self) -> Sequence[PickerChoice]: ...


def chosen_in_form() -> dict[int, str]:
    """What was ticked, with what was typed beside it. Raises Invalid("evidence_statement_unknown")
    for a box that no page has."""
    ids = [an_id(typed) for typed in request.form.getlist("statement")]
    if None in ids:
        raise Invalid("evidence_statement_unknown", "statements")
    return {key: request.form.get(f"reason-{key}", "") for key in ids if key is not None}


class StatementPicker:
    """`chosen`: reason by statement id. `groups` are handed in; what is in `without` is not offered
    again, what is in `recent` before all others."""

    def __init__(
        self,
        groups: Iterable[PickerGroup],
        chosen: Mapping[int, str] | None = None,
        find: str = "",
        without: Iterable[int] = (),
        recent: Sequence[int] = (),
    ) -> None:
        self.groups = list(groups)
        self.chosen = dict(chosen or {})
        self.find = find.strip()[:FIND_MAX]
        self.without = set(without)
        self.latest = recent
        self.found = self._found()

    @property
    def is_search(self) -> bool:
        """The search button was pressed; or Enter, with other words in the search box than were
        searched for."""
        pressed = request.form.get("do", "")
        searched = request.form.get("found", "").strip()
        return pressed == "find" or (pressed == "enter" and self.find != searched)

    @property
    def unknown(self) -> bool:
        """Whether something is chosen that is not on offer."""
        return bool(
            self.chosen.keys() - {choice.id for group in self.groups for choice in group.choices}
        )

    @property
    def picked(self) -> list[tuple[PickerGroup, PickerChoice, str]]:
        """What is chosen, in order, with its domain and reason."""
        return [
            (*_in_its_language(group, choice), self.chosen[choice.id])
            for group in self.groups
            for choice in group.choices
            if choice.id in self.chosen
        ]

    @property
    def recent(self) -> list[tuple[PickerGroup, PickerChoice]]:
        """What was used last, without what is chosen or holds other words than are searched for."""
        there = {
            choice.id: (group, choice)
            for group in self.groups
            for choice in group.choices
            if self._is_on_offer(choice)
        }
        return [_in_its_language(*there[key]) for key in self.latest if key in there]

    @property
    def offered(self) -> list[tuple[PickerGroup, list[PickerChoice]]]:
        """What can be chosen besides, as far as it holds the words that are searched for, by
        domain."""
        found = [
            (
                group,
                [
                    choice
                    for choice in group.choices
                    if choice.id not in self.latest and self._is_on_offer(choice)
                ],
            )
            for group in self.groups
        ]
        return [_in_its_language(group, choices) for group, choices in found if choices]

    def _is_on_offer(self, choice: PickerChoice) -> bool:
        taken = choice.id in self.without or choice.id in self.chosen
        return not taken and (self.found is None or choice.id in self.found)

    def _found(self) -> frozenset[int] | None:
        """As search finds them; None where no words are searched for."""
        looking = Search.of(self.find)
        if not looking.terms:
            return None
        every = [choice for group in self.groups for choice in group.choices]
        _looked_for, places = looking.among([choice.words for choice in every])
        return frozenset(every[at].id for at in places)


def _in_its_language(group: PickerGroup, of_it: T) -> tuple[PickerGroup, T]:
    """Words are searched for in what is not marked, so it is marked when it is shown."""
    return mark_language((group, of_it), group.lang)
