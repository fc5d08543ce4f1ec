"""The figures of a profile as its document shows them: each with its words, so that no colour
carries a meaning."""

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.profiles.levels import DomainShape
from tracker.queries.profiles.profiles import SelfSide
from tracker.rules.profiles.levels import TargetState
from tracker.web.profiles import level_table
from tracker.web.profiles.level_table import LevelCell, ProfileRow, VoiceCounts
from tracker.web.profiles.pages import ProfilePage
from tracker.web.ui.pdf import Data
from tracker.web.ui.template_helpers import full_day


def table(of: ProfilePage) -> Data:
    """Level by domain, a row for each voice. A cell is None where the framework lists no
    statement."""
    uniform = any(heading.is_target for heading in of.headings)
    return {
        "title": _("Level by domain"),
        "legend": _(
            "\u201c2 of 3 \u00b7 1?\u201d: 2 statements are met of 3 that apply, 1 is not known "
            "yet. Framed: met, reviewed. \u2195: met, but a lower level isn\u2019t."
        )
        + (" " + _("*: a statement doesn’t apply here.") if of.exceptions else ""),
        "voices": [{"key": key, "name": name} for key, name in _voices(of)],
        "head": {
            "domain": _("Domain"),
            "voice": _("Ratings"),
            "ranks": [
                {"name": each.name, "target": _("target") if each.is_target else ""}
                for each in of.headings
            ],
            "state": _("Reviewed, against target"),
        },
        "rows": [
            {
                "label": row.label,
                "voices": [[_cell(cell, key) for cell in row.cells] for key, _name in _voices(of)],
                "state": state(row.state),
                "target": ""
                if uniform or not row.target
                else _("target %(level)s", level=row.target_name),
            }
            for row in of.rows
        ],
    }


def state(of: TargetState | None) -> Data:
    """Sign, words and kind. Only a gap is of the kind `gap`."""
    if of is None:
        return {"sign": "", "words": _("no target"), "kind": "soft"}
    return {
        TargetState.AT_TARGET: {"sign": "\u2713", "words": _("at target"), "kind": "ok"},
        TargetState.GAP: {"sign": "\u25bc", "words": _("below target"), "kind": "gap"},
        TargetState.NOT_YET_KNOWN: {"sign": "?", "words": _("not known yet"), "kind": "soft"},
        TargetState.NOT_ASSESSED: {"sign": "\u2013", "words": _("not assessed"), "kind": "soft"},
    }[of]


def chart(of: ProfilePage, rows: list[ProfileRow]) -> Data:
    """The level held in each domain of a strand: ranks for the picture (None: not yet known), and
    the same in words."""
    strand = next(
        domain for domain in of.profile.domains if domain.strand_key == rows[0].strand_key
    )
    keys = [key for key, _name in _voices(of)]
    legend = {"own": _("Ring: self-rating."), "endorsed": _("Dot: reviewed. Dashed line: target.")}
    ranks = [level_table.short(level.name) for level in strand.levels]
    return {
        "title": _("%(strand)s: level reached", strand=strand.strand),
        "legend": " ".join(legend[key] for key in keys),
        "head": {"domain": _("Domain"), "target": _("Target")},
        "voices": [name for _key, name in _voices(of)],
        "scale": [_("none"), *ranks],
        "rows": [
            {
                "label": row.label,
                "own": row.own,
                "endorsed": row.endorsed,
                "target": row.target,
                "words": [_held(getattr(row, key), strand) for key in keys],
                "target-words": row.target_name or _("no target"),
            }
            for row in rows
        ],
    }


def trend(of: ProfilePage) -> Data:
    """Domains at target, at the end of each round and now."""
    top = len(of.profile.targets)
    rows = []
    for key, name in _voices(of):
        counts = [getattr(point, key) for point in of.trend_points]
        rows.append([name, *("\u2013" if each is None else _of(each, top) for each in counts)])
    return {
        "title": _("Over the rounds"),
        "caption": _("Domains at target, at the end of each round"),
        "head": [_("Ratings"), *(point.round or _("now") for point in of.trend_points)],
        "rows": rows,
    }


def stats(of: ProfilePage) -> list[Data]:
    """The figures at the top of the page."""
    standing, total = of.endorsed, of.profile.total
    by = ngettext(
        "%(met)d of them count as met, by %(num)d supervisor",
        "%(met)d of them count as met, by %(num)d supervisors",
        standing.supervisors,
        met=standing.met,
    )
    found = [
        _rated(of) if of.side is SelfSide.OWN else _sent(of),
        _stat(
            _("Reviewed"),
            _of(standing.standing, total),
            by if standing.standing else _("nothing reviewed yet"),
        ),
    ]
    if of.rows:
        found.append(_first(of))
    return found + [_strand(rows) for rows in of.dots]


def _rated(of: ProfilePage) -> Data:
    changed = (
        _("last change %(day)s", day=full_day(of.last_change))
        if of.last_change
        else _("nothing yet")
    )
    return _stat(_("Self-rated"), _of(of.profile.rated, of.profile.total), changed)


def _sent(of: ProfilePage) -> Data:
    figure = _of(of.sent.in_all, of.profile.total) if of.sent.in_all else _("Not sent")
    ready = of.profile.learner.ready_at
    notes = [_("ready for a review talk since %(day)s", day=full_day(ready))] if ready else []
    return _stat(
        _("Sent for review"), figure, _("%(count)s reviewed", count=of.sent.reviewed), *notes
    )


def _first(of: ProfilePage) -> Data:
    """The first domain, which stands alone in its strand as a rule."""
    row, domain = of.rows[0], of.profile.domains[0]
    stand = state(row.state)
    nothing = _("Not known yet") if row.endorsed is None else _("None reached")
    figure = domain.level_name(row.endorsed or 0) or nothing
    made = _stat(_("%(domain)s, reviewed", domain=row.label), figure)
    made["notes"].append(
        {"words": f"{stand['sign']} {stand['words']}".strip(), "kind": stand["kind"]}
    )
    if of.profile.own is not None:
        said = _("self-rating: %(level)s", level=_held(row.own, domain))
        made["notes"].append({"words": said, "kind": "soft"})
    return made


def _strand(rows: list[ProfileRow]) -> Data:
    states = [row.state for row in rows]
    gaps = [row.label for row in rows if row.state is TargetState.GAP]
    made = _stat(
        _("%(section)s: %(count)s domains, reviewed", section=rows[0].strand, count=len(rows)),
        _("%(count)s at target", count=states.count(TargetState.AT_TARGET)),
    )
    if gaps:
        words = ngettext(
            "%(num)d below target: %(domains)s",
            "%(num)d below target: %(domains)s",
            len(gaps),
            domains=", ".join(gaps),
        )
        made["notes"].append({"words": words, "kind": "gap"})
    unknown = states.count(TargetState.NOT_YET_KNOWN)
    if unknown:
        made["notes"].append({"words": _("%(count)s not known yet", count=unknown), "kind": "soft"})
    return made


def _stat(label: str, figure: str, *notes: str) -> Data:
    return {
        "label": label,
        "figure": figure,
        "notes": [{"words": note, "kind": "soft"} for note in notes],
    }


def _voices(of: ProfilePage) -> list[tuple[str, str]]:
    """Key and name of each voice that this reader gets, always with the self side first."""
    own = [("own", _("Self-rating"))] if of.profile.own is not None else []
    return [*own, ("endorsed", _("Reviewed"))]


def _cell(cell: LevelCell | None, key: str) -> Data | None:
    if cell is None:
        return None
    is_endorsed = key == "endorsed"
    voice = cell.endorsed if is_endorsed else cell.own
    if voice is None:
        return None
    words = _count(voice)
    if is_endorsed and cell.limited:
        words = _("%(counts)s, too few to judge", counts=words)
    if is_endorsed and cell.out_of_order:
        words += " \u2195"
    if is_endorsed and cell.excepted:
        words += " *"
    return {
        "words": words,
        "share": round(100 * voice.met / voice.applicable) if voice.applicable else 0,
        "limited": cell.limited,
        "met": is_endorsed and cell.met and not cell.limited,
    }


def _count(voice: VoiceCounts) -> str:
    return _of(voice.met, voice.applicable) + (f" \u00b7 {voice.open}?" if voice.open else "")


def _of(part: int, whole: int) -> str:
    return str(_("%(met)s of %(total)s", met=part, total=whole))


def _held(rank: int | None, domain: DomainShape) -> str:
    if rank is None:
        return str(_("not known yet"))
    return domain.level_name(rank) if rank else str(_("none reached"))
