"""The older ratings of a learner: those to keep, by domain and level, and those to decide on."""

from dataclasses import dataclass
from itertools import groupby

from tracker.queries.assessment.statement_cards import StatementCard, StatementsToRate
from tracker.rules.assessment.ratings import RatingFilter
from tracker.rules.frameworks.scale import NOT_SURE
from tracker.rules.frameworks.wording import Wording
from tracker.web.assessment.pages import AssessmentHeader


@dataclass(frozen=True, slots=True)
class OlderLevel:
    level: Wording
    cards: list[StatementCard]


@dataclass(frozen=True, slots=True)
class OlderDomain:
    domain_id: int
    domain: Wording
    levels: list[OlderLevel]

    @property
    def cards(self) -> list[StatementCard]:
        return [card for level in self.levels for card in level.cards]


@dataclass(frozen=True, slots=True)
class OlderRatings:
    domains: list[OlderDomain]
    not_sure: list[StatementCard]

    @property
    def to_keep(self) -> int:
        return sum(len(domain.cards) for domain in self.domains)


def older(header: AssessmentHeader, to_rate: StatementsToRate) -> OlderRatings:
    begins_on = header.learner.round_starts_on
    shown = [card for card in to_rate.cards if card.is_shown(RatingFilter.OLDER, begins_on)]
    places: dict[tuple[int, int], list[StatementCard]] = {}
    for card in shown:
        if card.answer != NOT_SURE:
            places.setdefault((card.domain_id, card.rank), []).append(card)
    domains = []
    for domain_id, levels in groupby(header.progress.levels, key=lambda level: level.domain_id):
        listed = list(levels)
        found = [
            OlderLevel(level.level, places[(domain_id, level.rank)])
            for level in listed
            if (domain_id, level.rank) in places
        ]
        if found:
            domains.append(OlderDomain(domain_id, listed[0].domain, found))
    return OlderRatings(domains, [card for card in shown if card.answer == NOT_SURE])
