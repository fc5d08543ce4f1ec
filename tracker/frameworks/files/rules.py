"""What a framework file holds, once it is read. What the file leaves out is empty here.

The data of a framework file, both ways.

The format is described by seed_data/frameworks/framework.schema.json and in docs/frameworks.md.

Looking into the parsed file without trusting it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Annotated, Any

from tracker.frameworks.versions.rules_levels import RULE, LevelRule
from tracker.rules.core.wording import OF_A_FRAMEWORK, Wording
from tracker.rules.strict_json import Problem, shown, step

LATER = ("reviewer_description", "sensitive", "targets_need_reason")
"""Fields that older files do not have."""


def _without_later(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Without fields that older files don't have, where they are empty. `came_from` is about
    another version, so it is no content of this one."""
    return {
        name: value
        for name, value in fields
        if name != "came_from" and (value or name not in LATER)
    }


@dataclass(frozen=True, slots=True)
class ScaleAnswerInFile:
    """`reviewer_description` is what the answer means when a reviewer chooses it; empty where it is
    the same."""

    key: str
    label: Wording
    description: Wording
    counts_as: str
    reviewer_description: str = ""


@dataclass(frozen=True, slots=True)
class SourceInFile:
    """`label` stands on a citation chip, `name` is what the chip opens."""

    key: str
    label: Wording
    name: Wording
    licence: Wording | None = None
    url: str | None = None

    @property
    def href(self) -> str:
        return self.url or ""


@dataclass(frozen=True, slots=True)
class StatementInFile:
    """`citations` are keys of sources, in the order of the chips. `sensitive`: it names physical,
    health-like or personal matters. `came_from`: uuids of statements of the version before, whose
    place it takes."""

    code: str
    rank: int
    uuid: str
    title: Wording
    text: Wording
    citations: tuple[str, ...] = ()
    sensitive: bool = False
    came_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainInFile:
    """`claimed_count` is what the source's heading says, which may differ from what it lists."""

    key: str
    title: Wording
    position: int
    claimed_count: int | None
    statements: tuple[StatementInFile, ...]

    def at(self, rank: int) -> list[StatementInFile]:
        """Its statements at that level."""
        return [statement for statement in self.statements if statement.rank == rank]

    @property
    def miscounted(self) -> int | None:
        """What the heading claims, where that is another number than is listed."""
        return None if self.claimed_count == len(self.statements) else self.claimed_count


@dataclass(frozen=True, slots=True)
class LevelInFile:
    """A strand without levels has one, of rank 1, with the strand's own title as its name."""

    rank: int
    name: Wording
    role_label: Wording = ""


@dataclass(frozen=True, slots=True)
class StrandInFile:
    """`join` and `end`: what the source has between a statement's title and text, and after its
    citations. `targets_need_reason`: its statements are traits, and no job has targets in it
    without a reason."""

    key: str
    title: Wording
    intro: Wording = ""
    targets_need_reason: bool = False
    levels: tuple[LevelInFile, ...] = ()
    join: str = ""
    end: str = ""
    domains: tuple[DomainInFile, ...] = ()

    @property
    def statements(self) -> list[StatementInFile]:
        return [statement for domain in self.domains for statement in domain.statements]

    @property
    def has_levels(self) -> bool:
        return [level.name for level in self.levels] != [self.title]


@dataclass(frozen=True, slots=True)
class AnchorGroup:
    kind: str
    title: Wording
    items: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """`about` is what the page shows beside scale, sources, strands and anchors, as it stands in
    the file."""

    slug: str
    version: str
    lang: str
    title: Wording
    scale: tuple[ScaleAnswerInFile, ...]
    sources: tuple[SourceInFile, ...]
    strands: tuple[StrandInFile, ...]
    anchors: tuple[AnchorGroup, ...]
    about: Annotated[dict[str, Any], OF_A_FRAMEWORK]
    rule: LevelRule = RULE

    @property
    def statements(self) -> Iterator[StatementInFile]:
        for strand in self.strands:
            yield from strand.statements

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same however the file is laid out, another when a word
        differs, but for where sources are found: their addresses may change under one version.
        What came LATER enters only where there is some."""
        sources = tuple(replace(source, url=None) for source in self.sources)
        content = asdict(replace(self, sources=sources), dict_factory=_without_later)
        if self.rule == RULE:
            del content["rule"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


BESIDE = (
    "publisher",
    "occupation",
    "job_zone",
    "context",
    "evidence_pack",
    "related_titles",
    "apprenticeships",
    "education_codes",
    "coverage",
    "sources_line",
    "attributions",
)
"""What the page shows beside the statements, each as it stands in the file, where it stands."""


def framework_of(data: dict[str, Any]) -> FrameworkFile:
    """The framework in data that was read and checked already."""
    return FrameworkFile(
        slug=data["slug"],
        version=data["version"],
        lang=data["lang"],
        title=data["title"],
        scale=tuple(ScaleAnswerInFile(**answer) for answer in data["scale"]["answers"]),
        sources=tuple(SourceInFile(**_fields(source)) for source in data.get("sources", [])),
        strands=tuple(_strand(strand) for strand in data["strands"]),
        anchors=tuple(
            AnchorGroup(group["kind"], group["title"], tuple(group["items"]))
            for group in data.get("anchors", {"groups": []})["groups"]
        ),
        about=_about(data),
        rule=_rule(data),
    )


def _rule(data: dict[str, Any]) -> LevelRule:
    needs = Fraction(data.get("needs", RULE.needs))
    return LevelRule(needs.numerator, needs.denominator, int(data.get("least", RULE.least)))


def _about(data: dict[str, Any]) -> dict[str, Any]:
    scale = data["scale"]
    about = {name: data[name] for name in BESIDE if name in data}
    about["scale"] = {"question": scale["question"], "help": scale.get("help", "")}
    if "reviewer_question" in scale:
        about["scale"]["reviewer_question"] = scale["reviewer_question"]
    if "anchors" in data:
        anchors = data["anchors"]
        about["anchors"] = {
            "heading": anchors["heading"],
            "caption": anchors.get("caption", ""),
            "claimed_count": anchors.get("claimed_count"),
            "kinds": {group["kind"]: group["title"] for group in anchors["groups"]},
        }
    return about


def _strand(data: dict[str, Any]) -> StrandInFile:
    fields = _fields(data)
    levels = tuple(LevelInFile(**_fields(row)) for row in data.get("levels", []))
    fields |= fields.pop("in_source", {}) | {
        "levels": levels or (LevelInFile(1, data["title"]),),
        "domains": tuple(_domain(domain, at) for at, domain in enumerate(data["domains"], 1)),
    }
    return StrandInFile(**fields)


def _domain(data: dict[str, Any], position: int) -> DomainInFile:
    fields = {"claimed_count": None} | _fields(data)
    statements = tuple(_statement(row) for row in data["statements"])
    return DomainInFile(**fields | {"position": position, "statements": statements})


def _statement(data: dict[str, Any]) -> StatementInFile:
    fields = {"rank": 1} | _fields(data)
    return StatementInFile(came_from=fields.pop("from", ()), **fields)


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """What is there, as dataclasses have it: also a number that was written as 1.0."""
    as_they_are: dict[type, Callable[[Any], Any]] = {list: tuple, float: int}
    return {
        name: as_they_are.get(type(value), lambda value: value)(value)
        for name, value in data.items()
        if value is not None
    }


def data_of(file: FrameworkFile) -> dict[str, Any]:
    """A framework as the data of its file: what `framework_of` reads, the other way round."""
    about = dict(file.about)
    question, anchors = about.pop("scale", {}), about.pop("anchors", None)
    data: dict[str, Any] = {
        "$schema": "framework.schema.json",
        "slug": file.slug,
        "version": file.version,
        "lang": file.lang,
        "title": file.title,
        "scale": {"question": ""}
        | _filled(question.items())
        | {"answers": [asdict(answer, dict_factory=_filled) for answer in file.scale]},
        "strands": [_data_of_strand(strand) for strand in file.strands],
    }
    if file.rule != RULE:
        data |= {"needs": file.rule.needs, "least": file.rule.least}
    if file.sources:
        data["sources"] = [asdict(source, dict_factory=_filled) for source in file.sources]
    if anchors is not None:
        data["anchors"] = {
            name: anchors[name]
            for name in ("heading", "caption", "claimed_count")
            if anchors[name] not in ("", None)
        } | {"groups": [asdict(group) | {"items": list(group.items)} for group in file.anchors]}
    return data | about


def text_of(file: FrameworkFile) -> str:
    return json.dumps(data_of(file), ensure_ascii=False, indent=2) + "\n"


def digest_of(file: FrameworkFile) -> str:
    """SHA-256 of all that the file says, also of where statements came from."""
    text = json.dumps(data_of(file), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """As a file has them: without empty fields, and lists."""
    return {
        "from" if name == "came_from" else name: [*value] if isinstance(value, tuple) else value
        for name, value in fields
        if value is not False and value not in ("", None, ())
    }


def _data_of_strand(strand: StrandInFile) -> dict[str, Any]:
    data = asdict(strand, dict_factory=_filled)
    domains = data.pop("domains")
    in_source = {name: data.pop(name, "") for name in ("join", "end")}
    if any(in_source.values()):
        data["in_source"] = in_source
    if not strand.has_levels:
        del data["levels"]
        for domain in domains:
            for statement in domain["statements"]:
                del statement["rank"]
    return data | {"domains": domains}


@dataclass(frozen=True, slots=True)
class Part:
    """An object of the file and its place. A value of another type than is asked for is treated as
    missing."""

    place: str
    data: dict[str, Any]
    number_in_list: int = 0

    def at(self, name: str) -> str:
        return step(self.place, name)

    def part(self, name: str) -> "Part":
        value = self.data.get(name)
        return Part(self.at(name), value if isinstance(value, dict) else {})

    def parts(self, name: str) -> list["Part"]:
        """The objects of a list, each at its own number."""
        return [
            Part(step(self.at(name), at), entry, at + 1)
            for at, entry in enumerate(self.entries(name))
            if isinstance(entry, dict)
        ]

    def is_list(self, name: str) -> bool:
        """Whether it is a list, or is left out."""
        return isinstance(self.data.get(name, []), list)

    def entries(self, name: str) -> list[Any]:
        value = self.data.get(name)
        return value if isinstance(value, list) else []

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
            return None
        return int(value)


def keys(parts: Iterable[Part]) -> set[str]:
    return {key for part in parts if (key := part.text("key")) is not None}


def twice(
    name: str, parts: Iterable[Part], compared: Callable[[str], str] = str
) -> Iterator[Problem]:
    """Each text of that name that an earlier part has too, as it is compared."""
    first: dict[str, str] = {}
    for part in parts:
        value = part.text(name)
        if value is None:
            continue
        same = compared(value)
        if same in first:
            yield Problem(part.at(name), "is used already", shown(value), first[same])
        first.setdefault(same, part.place)
