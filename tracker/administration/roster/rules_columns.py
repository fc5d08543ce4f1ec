"""Which column of a staff file is what: by its heading, and by what stands in it. Which headings,
and of what nothing is ever stored, is data (seed_data/roster/columns.json).

A column that holds something private is never guessed to be anything else.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median

from tracker.rules.delimited import plain

FILE = Path(__file__).resolve().parents[3] / "seed_data" / "roster" / "columns.json"
PRIVATE, FIRST = "private", "first_name"
LOOKED_AT = 300
"""So many cells of a column tell what stands in it."""
MOST = 0.6
"""Such a share of the filled cells is most of them."""
LIKE = 82
"""From so much likeness on a word is another misspelled."""
SAME = 95
"""From so much likeness on two names of teams are one, misspelled."""
TITLE_ROWS = 12
"""The headings are looked for in so many rows."""
BORN_BEFORE = 2006
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SECRET = re.compile(
    r"[\dxX*]{3}-[\dxX*]{2}-\d{4}|\$? ?\d{1,3}(,\d{3})+\.\d\d|\$ ?\d[\d,]*(\.\d\d)?"
    r"|(\+?1[ .-]?)?\(?\d{3}\)?[ .-] ?\d{3}[.-]\d{4}"
)
"""A social security number; an amount of pay; a telephone's number."""
DAY = re.compile(
    r"(?:\d{1,2}[./-](?:\d{1,2}|[A-Za-z]{3})[./-](\d{4}|\d\d)|(\d{4})-?\d\d-?\d\d)(?:[ T].*)?"
)
FULL_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:,? [^\W\d_][\w.'’-]*){1,3}")
Columns = dict[str, int]
"""Where each RosterColumn stands, from 0. A job title may stand for its job profile too."""


@cache
def words() -> Mapping[str, Mapping[str, list[str]]]:
    """What the file says."""
    read: Mapping[str, Mapping[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


@cache
def _tokens(heading: str) -> frozenset[str]:
    """The words of a heading, spelled out: without what stands in brackets, and numbers."""
    spaced = re.sub(r"[^\w#'@]+|(?<=\w)(?=#)", " ", re.sub(r"[(\[].*?[)\]]", " ", heading))
    short = words()["short_for"]
    return frozenset(
        word
        for typed in plain(spaced).replace("#", " # ").split()
        for word in str(short.get(typed, typed)).split()
        if not word.isdigit()
    )


def _has(tokens: Iterable[str], phrase: str) -> bool:
    return all(any(_is_like(token, word) for token in tokens) for word in phrase.split())


@cache
def _is_like(token: str, word: str) -> bool:
    if min(len(token), len(word)) < 5:
        return token == word or (len(word) > 2 and token == f"{word}s")
    from rapidfuzz.fuzz import ratio

    return ratio(token, word) >= LIKE


@cache
def column_of(heading: str) -> str:
    """The column that a heading is taken for; PRIVATE, or "" for none."""
    tokens = _tokens(heading)
    told = words()
    if any(_has(tokens, phrase) for phrases in told["never_stored"].values() for phrase in phrases):
        return PRIVATE
    if any(_has(tokens, phrase) for phrase in told["not_used"]):
        return ""
    for column, phrases in told["columns"].items():
        if any(_has(tokens, phrase) for phrase in phrases):
            return column
    return ""


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows holds the headings: the first of those with the most columns that
    are known; title rows above it are none."""
    known = [
        len({column for cell in row if cell and (column := column_of(cell))})
        if sum(map(bool, row)) > 1
        else 0
        for row in rows[:TITLE_ROWS]
    ]
    return known.index(max(known)) if max(known, default=0) > 1 else 0


def nobody(row: Sequence[str]) -> str:
    """ "vacant" for a position without a person, "a total" for a sum; "" for who is somebody."""
    filled = [plain(cell) for cell in row if cell]
    if any(EMAIL.fullmatch(cell) for cell in filled):
        return ""
    values = words()["values"]
    return next(
        (kind for kind in ("vacant", "a total") if any(cell in values[kind] for cell in filled)), ""
    )


def private(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The places of columns of which nothing is stored: by heading, or whatever it says by what
    stands in them; and a legal first name beside a preferred one."""
    firsts = {place for place, heading in enumerate(headings) if column_of(heading) == FIRST}
    preferred = {place for place in firsts if "preferred" in _tokens(headings[place])}
    return tuple(
        place
        for place, heading in enumerate(headings)
        if column_of(heading) == PRIVATE
        or (preferred and place in firsts - preferred)
        or _is_private(column_of(heading), _cells(rows, place))
    )


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [cell for row in islice(rows, LOOKED_AT) if (cell := row[place])]


def guess(
    headings: Sequence[str], rows: Sequence[Sequence[str]], called: Mapping[str, str]
) -> Columns:
    """Of a file without its private columns: by what a heading was last time (`called`, by its
    plain words; "": not used), by its words, and by what stands below it. Of two for one column the
    one with fewer words counts, then the first; a preferred first name counts before another."""
    cells = [_cells(rows, place) for place in range(len(headings))]
    columns: Columns = {}
    places = range(len(headings))
    told = {
        place: called[plain(headings[place])]
        for place in places
        if plain(headings[place]) in called
    }
    for place, column in told.items():
        if column:
            columns.setdefault(column, place)
    for place in sorted(set(places) - set(told), key=lambda at: _order(headings[at], at)):
        column = column_of(headings[place])
        if column not in ("", PRIVATE) and _may_be(column, cells[place]):
            columns.setdefault(column, place)
    left = [place for place in places if place not in told and place not in columns.values()]
    for place in left:
        if not column_of(headings[place]) and (
            column := _by_content(headings[place], cells[place])
        ):
            columns.setdefault(column, place)
    if "name" in columns and {"first_name", "last_name"} <= columns.keys():
        del columns["name"]
    return with_titles(columns)


def asked(headings: Sequence[str], columns: Columns, called: Mapping[str, str]) -> dict[int, str]:
    """The places of what is not sure, with what each may be ("": not used): told by what stands in
    it alone, one that another is taken for already, or a position's number that may be a staff ID.
    What was `called` something last time is sure."""
    used, unsure = of_places(columns), dict[int, str]()
    for place, heading in enumerate(headings):
        column, taken_for = column_of(heading), used.get(place, "")
        is_whole_name = column == "name" and "last_name" in columns
        is_id = taken_for == "position" and "staff_id" not in columns
        if plain(heading) in called or column == PRIVATE or is_whole_name:
            continue
        if taken_for != column or is_id:
            is_inner = column == "team" and "subteam" not in columns
            unsure[place] = taken_for or ("subteam" if is_inner else "")
    return unsure


def with_titles(columns: Columns) -> Columns:
    """Where no job profiles stand, job titles say them."""
    return {"role_profile": columns["job"]} | columns if "job" in columns else columns


def of_places(columns: Columns) -> dict[int, str]:
    """The column at each place; a job title that stands for its job profile too is a job title."""
    titles = columns.get("job")
    return {
        place: str(column)
        for column, place in columns.items()
        if column != "role_profile" or place != titles
    }


def suggested(typed: str, names: Mapping[str, str], column: str) -> str:
    """What a team or a job title may mean of what is here, by plain names: the one most like it,
    else a new team, or the only job profile of the level that the title tells; "none" for a job
    that rates nothing, "" where nothing is near."""
    from rapidfuzz.fuzz import token_set_ratio

    is_title = column == "role_profile"
    if not is_title and ">" in typed:
        return "new"
    if is_title and _tokens(typed) & set(words()["values"]["jobs that rate nothing"]):
        return "none"
    like = {name: token_set_ratio(plain(typed), name) for name in names}
    best = max(like, key=lambda name: like[name], default="")
    if best and like[best] >= (LIKE if is_title else SAME):
        return names[best]
    if not is_title:
        return "new"
    levels = words()["levels in titles"]
    told = {level for level, said in levels.items() if _tokens(typed) & set(said)}
    at_level = [name for name in names if _tokens(name) & told]
    return names[at_level[0]] if len(at_level) == 1 else ""


def _order(heading: str, place: int) -> tuple[bool, bool, int, int]:
    """Of two that may be teams the branch is the team, and the department one within it."""
    tokens = _tokens(heading)
    is_inner = column_of(heading) == "team" and not tokens & set(words()["values"]["outer teams"])
    return "preferred" not in tokens, is_inner, len(tokens), place


def _most(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return bool(cells) and sum(bool(pattern.fullmatch(cell)) for cell in cells) >= MOST * len(cells)


def in_century(year: str) -> int:
    """Of two digits: of a day between 1940 and 2039."""
    return int(year) if len(year) > 2 else int(year) + (1900 if int(year) >= 40 else 2000)


def _is_private(column: str, cells: Sequence[str]) -> bool:
    """Whatever its heading says: social security numbers, pay, or days of birth."""
    if _most(cells, SECRET):
        return True
    years = [in_century(day[1] or day[2]) for cell in cells if (day := DAY.fullmatch(cell))]
    is_of_days = len(years) >= MOST * len(cells) > 0
    return is_of_days and column not in ("starts_on", "ends_on") and median(years) < BORN_BEFORE


def _may_be(column: str, cells: Sequence[str]) -> bool:
    """Whether what stands in it doesn't speak against its heading."""
    if not cells:
        return True
    if column == "email":
        return _most(cells, EMAIL)
    return column in ("supervisor", "staff_id", "name") or not _most(cells, EMAIL)


def _by_content(heading: str, cells: Sequence[str]) -> str:
    """Of a heading that says nothing, what most of its cells are."""
    if heading and any(_has(_tokens(heading), phrase) for phrase in words()["not_used"]):
        return ""
    if _most(cells, EMAIL):
        return "email"
    different = len(set(cells))
    if _most(cells, FULL_NAME) and different > 0.8 * len(cells) > 4:
        return "name"
    for column, known in (("job", "words of jobs"), ("team", "words of teams")):
        told = words()["values"][known]
        like = sum(any(word in told for word in plain(cell).split()) for cell in cells)
        if cells and like >= MOST * len(cells) and different < 0.5 * len(cells):
            return column
    return ""
