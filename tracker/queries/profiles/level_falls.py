"""Which levels of somebody fell with the version that they were moved to, by what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import Learner
from tracker.queries.frameworks.level_moves import VersionMove
from tracker.queries.record import sheets
from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles import statement_status
from tracker.rules.profiles.level_falls import CountedStatement, LevelFall, level_falls
from tracker.rules.profiles.statement_status import StatementVoices
from tracker.rules.record.sheet import Sheet
from tracker.rules.record.words import Side


@dataclass(frozen=True, slots=True)
class NamedFall:
    """`domain_id`: in the version that they are on; `met`: what the answers that count are
    called."""

    voice: Voice
    domain_id: int
    domain: Wording
    level: Wording
    met: tuple[Wording, ...]
    lang: str
    fall: LevelFall


def of_move(
    learner: Learner,
    came_by: VersionMove | None,
    sheet: Sheet,
    blind: BlindSpots,
    now: Sequence[StatementVoices],
) -> list[NamedFall]:
    """Both sides as they are now, on this version and on the one before: the reviewed level; their
    own for the learner alone; nothing for a reader without a self side. One query, and one more
    where something counts later; none for who began on the version."""
    side = sheet.side
    if came_by is None or side is None:
        return []
    of = came_by.between
    then = replace(learner, framework_id=of.from_id)
    before = statement_status.voices(sheets.of_learner(then, side, blind), then.name)
    labels = tuple(each.label for each in sheet.version.met_answers)
    here = [each for each in of.placed.values() if each.framework_id == of.to_id]
    domains = {each.place[:2]: each.domain_id for each in here}
    names = {each.place: each for each in (*of.placed.values(), *here)}
    found = []
    for voice in (Voice.ENDORSED, *([Voice.SELF] if side is Side.OWN else [])):
        was, is_ = ([_counted(each, voice, came_by) for each in voices] for voices in (before, now))
        for fall in level_falls(was, is_, of.lines):
            name = names[fall.place]
            domain_id = domains[fall.place[:2]]
            found.append(
                NamedFall(voice, domain_id, name.domain, name.level, labels, learner.lang, fall)
            )
    return found


def _counted(of: StatementVoices, voice: Voice, came_by: VersionMove) -> CountedStatement:
    said = of.own if voice is Voice.SELF else of.endorsed
    means = None if said is None else said.means
    if voice is Voice.ENDORSED and of.exception is not None:
        means = Meaning.EXCLUDED
    return CountedStatement(
        of.id,
        came_by.between.placed[of.id].place,
        of.not_rated_here is None,
        of.later is None,
        means,
    )
