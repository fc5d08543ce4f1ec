"""What a reader of any language would trip over: text that is cut off, and text that lies on other
text.

Each check takes a page in the browser and gives its faults in words. It looks at where the letters
really are (the boxes of the text nodes), not at what the stylesheet says of them.
"""

from typing import Any

TEXTS = """
const visible = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true,
  contentVisibilityAuto: false});
const cuts = (style, side) => ["hidden", "clip"].includes(style["overflow" + side]);
const scrolls = (style, side) => ["auto", "scroll"].includes(style["overflow" + side]);

/* Nothing moves meanwhile: what is once found of an element, and is asked for by all in it, is kept. */
const kept = (of, known = new Map()) => (element) => {
  if (!known.has(element)) known.set(element, of(element));
  return known.get(element);
};

/* For screen readers only: a box of no size, or clipped to nothing. */
const isHiddenToEyes = kept((element) => {
  if (!element || element === document.body) return false;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  if ((cuts(style, "X") && box.width <= 1) || (cuts(style, "Y") && box.height <= 1)) return true;
  if (style.clip.startsWith("rect(0") || style.clipPath === "inset(50%)") return true;
  return isHiddenToEyes(element.parentElement);
});

/* The inside of a box, to where its content is drawn. */
const inside = (element) => {
  const box = element.getBoundingClientRect();
  const left = box.left + element.clientLeft, top = box.top + element.clientTop;
  const width = element.clientWidth || box.width, height = element.clientHeight || box.height;
  return {left, top, right: left + width, bottom: top + height};
};

/* What holds an element: for one taken out of the flow, its containing block and not its parent. */
const holder = (element) => {
  const where = getComputedStyle(element).position;
  if (where === "fixed") return null;
  return where === "absolute" && element.offsetParent ? element.offsetParent : element.parentElement;
};

/* The boxes that cut off or scroll what is in an element, from the inside out: {by, room, X, Y}. */
const frames = kept((element) => {
  if (!element || element === document.documentElement) return [];
  const outer = frames(holder(element)), style = getComputedStyle(element);
  if (["inline", "contents"].includes(style.display) && element.localName !== "svg") return outer;
  const how = (side) => (scrolls(style, side) ? "scrolls" : cuts(style, side) ? "cuts" : "");
  const [X, Y] = [how("X"), how("Y")];
  return X || Y ? [{by: element, room: inside(element), X, Y}, ...outer] : outer;
});

/* The middle of a line's box, where letters have their bodies: lines of one text may touch with their box's edges. */
const letters = (box) => {
  const inset = (box.bottom - box.top) * 0.2;
  return {left: box.left, right: box.right, top: box.top + inset, bottom: box.bottom - inset};
};

/* Every line of visible text with its box, how much of it is cut off, and what can be seen of it. */
const scraps = () => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, noscript, option, progress, textarea")) continue;
    if (!visible(element) || isHiddenToEyes(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = node.data.trim().replace(/\\s+/g, " ");
    for (const rect of range.getClientRects()) {
      if (rect.width < 1 || rect.height < 1) continue;
      const box = letters(rect);
      let cut = 0, by = null, scrolledAway = false;
      for (const frame of frames(element)) {
        for (const [side, from, to] of [["X", "left", "right"], ["Y", "top", "bottom"]]) {
          const over = Math.max(frame.room[from] - box[from], box[to] - frame.room[to]);
          if (over <= 1) continue;
          if (frame[side] === "scrolls") {
            box[from] = Math.max(box[from], frame.room[from]);
            box[to] = Math.min(box[to], frame.room[to]);
            scrolledAway ||= box[to] <= box[from];
          } else if (frame[side] === "cuts" && !scrolledAway && over > cut) {
            cut = over;
            by = frame.by;
          }
        }
        if (scrolledAway) break;
      }
      if (!scrolledAway) found.push({node, element, words, box, cut, by});
    }
  }
  return found;
};

/* What an empty box hints at and what a list has chosen are no text nodes: how wide they are, and their room. */
const controls = () => {
  const pen = document.createElement("canvas").getContext("2d"), found = [];
  for (const element of document.querySelectorAll("input:placeholder-shown, select:not([multiple], [size])")) {
    if (!visible(element) || isHiddenToEyes(element)) continue;
    const style = getComputedStyle(element), isList = element.localName === "select";
    const words = (isList ? element.selectedOptions[0]?.text : element.placeholder) ?? "";
    pen.font = style.font;
    const arrow = isList && style.appearance !== "none" ? 16 : 0;
    const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    found.push({node: element, words, cut: pen.measureText(words).width - room, by: element});
  }
  return found;
};

const name = (element) => element.tagName.toLowerCase() + [...element.classList].map((each) => "." + each).join("");
const isOverlay = kept((element) => {
  if (!element) return false;
  const {position} = getComputedStyle(element);
  if (["fixed", "sticky"].includes(position)) return true;
  if (position === "absolute" && element.matches("details[open] > :not(summary)")) return true;
  return isOverlay(element.parentElement);
});

const clipped = (lines) => {
  const worst = new Map();
  for (const each of [...lines, ...controls()]) {
    if (each.cut > 1 && each.cut > (worst.get(each.node)?.cut ?? 0)) worst.set(each.node, each);
  }
  return [...new Set([...worst.values()].map((each) =>
    `${Math.round(each.cut)} px of "${each.words.slice(0, 60)}" are cut off by ${name(each.by)}`))];
};

const overlapping = (lines) => {
  const all = lines.map((each) => ({...each, above: isOverlay(each.element)}));
  const found = new Map();
  all.sort((one, other) => one.box.top - other.box.top);
  all.forEach((one, at) => {
    for (let next = at + 1; next < all.length && all[next].box.top < one.box.bottom - 2; next++) {
      const other = all[next];
      if (other.node === one.node || other.above !== one.above) continue;
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (width <= 2 || height <= 2) continue;
      const pair = `"${one.words.slice(0, 50)}" (${name(one.element)}) and ` +
        `"${other.words.slice(0, 50)}" (${name(other.element)})`;
      if (!found.has(pair)) found.set(pair, [width, height].map(Math.round).join(" x "));
    }
  });
  return [...found].map(([pair, size]) => `${pair} overlap by ${size} px`);
};

const lines = scraps();
return [clipped(lines), overlapping(lines)];
"""


def clipped_texts(page: Any) -> list[str]:
    """Text that a box cuts off. What can be scrolled to is not cut off, nor is what only screen
    readers get."""
    return _texts(page)[0]


def overlapping_texts(page: Any) -> list[str]:
    """Text that lies on other text by more than 2 px each way. A menu that is open, and what stays
    in the window while the page scrolls, may lie over the page."""
    return _texts(page)[1]


def misplaced_texts(page: Any) -> list[str]:
    """Both."""
    clipped, overlapping = _texts(page)
    return clipped + overlapping


def _texts(page: Any) -> tuple[list[str], list[str]]:
    clipped, overlapping = page.evaluate(f"() => {{ {TEXTS} }}")
    return clipped, overlapping
