"""Somebody who uses the keyboard alone, and sees where they are at every step."""

from typing import Any

MOST_STEPS = 120
"""So many Tabs and the thing is not there: it cannot be reached."""

WHERE = """() => {
  const here = document.activeElement;
  if (here === document.body) return "";
  const name = here.outerHTML.slice(0, 110);
  const marked = (each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const label = here.labels && here.labels[0];
  const near = [here, here.parentElement, label].filter(Boolean);
  if (!near.some(marked)) return `no mark of the focus: ${name}`;
  const box = (label && here.type !== "text" && here.matches("input") ? label : here).getBoundingClientRect();
  const middle = [box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height, 200) / 2];
  const seen = document.elementFromPoint(...middle);
  const isSeen = seen && near.some((each) => each.contains(seen) || seen.contains(each));
  return isSeen ? "" : `out of sight or behind something: ${name}`;
}"""


class Keyboard:
    """`faults` says where the focus could not be seen (WCAG 2.4.7 and 2.4.11); `pressed` counts
    keys, not letters."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.faults: list[str] = []
        self.pressed = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def to(self, target: Any) -> None:
        """Tab on until it has the focus."""
        target.wait_for(state="attached")
        for _step in range(MOST_STEPS):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.press("Tab")
            if fault := self.page.evaluate(WHERE):
                self.faults.append(f"{self.page.url}: {fault}")
        raise AssertionError(f"{MOST_STEPS} Tabs on {self.page.url} do not reach {target}")

    def fill(self, target: Any, text: str) -> None:
        self.to(target)
        self.type(text)

    def follow(self, target: Any, key: str = "Enter") -> None:
        """Press it, and wait for the page that comes."""
        self.to(target)
        with self.page.expect_navigation():
            self.press(key)

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/login")
        self.fill(self.page.get_by_label("Email"), email)
        self.fill(self.page.get_by_label("Password"), password)
        with self.page.expect_navigation():
            self.press("Enter")
