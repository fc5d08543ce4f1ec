"""The words for what is not known of a statement, the same on Today, on a profile and in its
document."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.statement_status import StatementVoices
from tracker.rules.profiles.unknowns import Unknown, unknown_of
from tracker.rules.record.words import Side

WORDS: dict[Unknown, Any] = {
    Unknown.NOT_RATED: _l("not rated yet"),
    Unknown.NOT_SURE: _l("not sure"),
    Unknown.NOT_REVEALED: _l("not revealed"),
    Unknown.NOT_SENT: _l("not sent yet"),
    Unknown.NOT_REVIEWED: _l("not reviewed yet"),
    Unknown.DIFFERS: _l("difference open"),
    Unknown.KEPT_APART: _l("no agreement"),
}
VOICES = tuple(Voice)


@dataclass(frozen=True, slots=True)
class OpenStatements:
    """The open statements of a profile as one reader may know them."""

    counted: Counter[tuple[int, Voice, int, Unknown]]
    """By domain, voice, level and what is lacking."""

    @classmethod
    def of(cls, statements: Iterable[StatementVoices], side: Side | None) -> "OpenStatements":
        return cls(
            Counter(
                (each.domain_id, voice, each.rank, lacking)
                for each in statements
                for voice in VOICES
                if (lacking := lacking_in(voice, each, side)) is not None
            )
        )

    def words(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> str:
        """ "2 not rated yet, 1 not sure", at these levels; "" where nothing is open."""
        found = self._found(domain_id, voice, ranks)
        return ", ".join(_counted(kind, count) for kind, count in found.items())

    def in_short(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> str:
        """ "not rated yet", where it is the same of all that is open there."""
        kinds = [*self._found(domain_id, voice, ranks)]
        return str(WORDS[kinds[0]] if len(kinds) == 1 else _("not known yet"))

    def _found(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> dict[Unknown, int]:
        found = {
            kind: sum(self.counted[domain_id, voice, rank, kind] for rank in ranks)
            for kind in WORDS
        }
        return {kind: count for kind, count in found.items() if count}


def lacking_in(voice: Voice, of: StatementVoices, side: Side | None) -> Unknown | None:
    """None where nothing is, or where the statement does not count in this voice."""
    is_left_out = voice is Voice.ENDORSED and of.exception is not None
    if of.not_rated_here is not None or of.later is not None or is_left_out:
        return None
    said = of.own if voice is Voice.SELF else of.endorsed
    means = None if said is None else said.means
    return unknown_of(voice, means, of.review, is_own=side is Side.OWN)


def _counted(kind: Unknown, count: int) -> str:
    match kind:
        case Unknown.NOT_RATED:
            words = ngettext("%(num)d not rated yet", "%(num)d not rated yet", count)
        case Unknown.NOT_SURE:
            words = ngettext("%(num)d not sure", "%(num)d not sure", count)
        case Unknown.NOT_REVEALED:
            words = ngettext("%(num)d not revealed", "%(num)d not revealed", count)
        case Unknown.NOT_SENT:
            words = ngettext("%(num)d not sent yet", "%(num)d not sent yet", count)
        case Unknown.NOT_REVIEWED:
            words = ngettext("%(num)d not reviewed yet", "%(num)d not reviewed yet", count)
        case Unknown.DIFFERS:
            words = ngettext("%(num)d difference open", "%(num)d differences open", count)
        case Unknown.KEPT_APART:
            words = ngettext("%(num)d with no agreement", "%(num)d with no agreement", count)
    return str(words)
