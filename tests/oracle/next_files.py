"""The next version of the small framework: a file with changes by chance, and the pages on which it
is uploaded, decided about and published."""

import io
import json
import random
import re
from itertools import pairwise
from typing import Any

from werkzeug.test import TestResponse

from tests.client import Client
from tests.oracle.facts import Lines, lines_of

PAGE = "/system/frameworks"
CARD = re.compile(r'<li class="change.*?</li>', re.S)
BUTTON = re.compile(r'name="(change-[^"]+)" value="([^"]+)"')
CODE = re.compile(r'<span class="soft small nowrap">([^<]+)</span>')
OF_SEVERAL = re.compile(r'<p class="change-statement">\s*<b>(\S+) ')
FATES = (
    *["same"] * 9,
    "spelled",
    "reworded",
    "reworded",
    "reworded",
    "moved",
    "split",
    "merged",
    "retired",
)


def offered(page: str, name: str) -> list[str]:
    """The values of the radio buttons or options of that name."""
    radios = re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"', page)
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.S)
    return radios or (re.findall(r'<option[^>]*value="([^"]+)"', select[0]) if select else [])


def changed(
    file: dict[str, Any], version: str, chance: random.Random, retired: list[dict[str, Any]]
) -> dict[str, Any]:
    """By chance: the same, spelled otherwise, reworded, moved, split, merged with the next, retired;
    two are new, one of them sensitive; and one of those `retired` before is back again."""
    back = list(retired)
    retired.clear()
    file["version"], file["scale"]["question"] = version, "Do you do this?"
    domains = [domain for strand in file["strands"] for domain in strand["domains"]]
    numbers = iter(range(1, 1000))

    def new(rank: int, **more: Any) -> dict[str, Any]:
        number = next(numbers)
        return {
            "code": f"N{version}-{number:02}",
            "uuid": f"00000000-0000-4000-8000-{version:0>6}{number:06}",
            "rank": rank,
            "title": f"New {number} of {version}",
            "text": f"does what is new in {version}, number {number}.",
            **more,
        }

    for domain in domains:
        rows = list(domain["statements"])
        gone = set[str]()
        for each, following in pairwise([*rows, None]):
            each.pop("from", None)
            if each["uuid"] in gone:
                continue
            match chance.choice(FATES):
                case "spelled":
                    each["text"] = each["text"].swapcase()
                case "reworded":
                    each["text"] += f", and more since {version}"
                case "moved":
                    domain["statements"].remove(each)
                    each["rank"] = each["rank"] % 4 + 1
                    chance.choice(domains)["statements"].append(each)
                case "split":
                    part = new(each["rank"], **{"from": [each["uuid"]]})
                    each["text"] += ", the first part"
                    domain["statements"].append(part)
                case "merged" if following is not None:
                    gone.add(following["uuid"])
                    domain["statements"].remove(following)
                    each["from"] = [each["uuid"], following["uuid"]]
                    each["text"] += ", and what goes with it"
                case "retired":
                    domain["statements"].remove(each)
                    retired.append(each)
    domains[0]["statements"].append(new(1, sensitive=True))
    domains[1]["statements"].append(new(2))
    domains[2]["statements"] += back[:1]
    for domain in domains:
        there = {each["rank"] for each in domain["statements"]}
        domain["statements"] += [new(rank) for rank in range(1, 5) if rank not in there]
    for strand in file["strands"]:
        for position, domain in enumerate(strand["domains"], 1):
            domain["position"] = position
            domain["statements"].sort(key=lambda each: each["rank"])
    return file


class Publishing:
    """One draft, on its pages."""

    def __init__(
        self, editor: Client, chance: random.Random, version: str, retired: list[dict[str, Any]]
    ) -> None:
        self.editor = editor
        self.retired = retired
        self.chance = chance
        self.version = version
        self.draft = ""

    def upload(self) -> TestResponse:
        file = self.editor.http.get("/frameworks/small/framework.json").json
        assert file is not None
        content = json.dumps(changed(file, self.version, self.chance, self.retired)).encode()
        answer = self.editor.post(f"{PAGE}/import", {"file": (io.BytesIO(content), "next.json")})
        self.draft = answer.headers.get("Location", "")
        return answer

    def page(self) -> Lines:
        return lines_of(self.editor.http.get(self.draft))

    def _chosen(self) -> dict[str, str]:
        """A choice for each change: by what the change is called, so that it is the same wherever
        it stands."""
        chosen = {}
        for card in CARD.findall(self.editor.http.get(self.draft).text):
            found = BUTTON.findall(card)
            if found:
                is_one = card.count('class="change-statement"') == 2
                codes = CODE.findall(card) if is_one else dict.fromkeys(OF_SEVERAL.findall(card))
                own = random.Random(f"{self.version} {', '.join(codes)}")
                chosen[found[0][0]] = own.choice(sorted(value for _name, value in found))
        return chosen

    def decide(self) -> TestResponse:
        return self.editor.post(f"{self.draft}/decisions", self._chosen())

    def publish(self) -> TestResponse:
        chosen = self._chosen()
        asked = self.editor.http.get(f"{self.draft}/publish").text
        (seen,) = set(re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', asked))
        return self.editor.post(f"{self.draft}/publish", {"seen": seen, **chosen})
