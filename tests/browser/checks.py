"""What a reader of any language would trip over: text that is cut off, and text that lies on other
text.

Each check takes a page in the browser and gives its faults in words. It looks at where the letters
really are (the boxes of the text nodes), not at what the stylesheet says of them.
"""

from typing import Any

SCRAPS = """
const visible = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true,
  contentVisibilityAuto: false});
const cuts = (style, side) => ["hidden", "clip"].includes(style["overflow" + side]);
const scrolls = (style, side) => ["auto", "scroll"].includes(style["overflow" + side]);

/* For screen readers only: a box of no size, or clipped to nothing. */
const isHiddenToEyes = (element) => {
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    if ((cuts(style, "X") && box.width <= 1) || (cuts(style, "Y") && box.height <= 1)) return true;
    if (style.clip.startsWith("rect(0") || style.clipPath === "inset(50%)") return true;
  }
  return false;
};

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
      for (let each = element, gone = false; each && each !== document.documentElement && !gone; each = holder(each)) {
        const style = getComputedStyle(each), room = inside(each);
        if (["inline", "contents"].includes(style.display) && each.localName !== "svg") continue;
        for (const [side, from, to] of [["X", "left", "right"], ["Y", "top", "bottom"]]) {
          const over = Math.max(room[from] - box[from], box[to] - room[to]);
          if (over <= 1) continue;
          if (scrolls(style, side)) {
            box[from] = Math.max(box[from], room[from]);
            box[to] = Math.min(box[to], room[to]);
            scrolledAway = gone = box[to] <= box[from];
          } else if (cuts(style, side) && !gone && over > cut) {
            cut = over;
            by = each;
          }
        }
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
const isOverlay = (element) => {
  for (let each = element; each; each = each.parentElement) {
    if (["fixed", "sticky"].includes(getComputedStyle(each).position)) return true;
    if (each.matches("details[open] > :not(summary)") && getComputedStyle(each).position === "absolute") return true;
  }
  return false;
};
"""

CLIPPED = f"""() => {{
  {SCRAPS}
  const worst = new Map();
  for (const each of [...scraps(), ...controls()]) {{
    if (each.cut > 1 && each.cut > (worst.get(each.node)?.cut ?? 0)) worst.set(each.node, each);
  }}
  return [...new Set([...worst.values()].map((each) =>
    `${{Math.round(each.cut)}} px of "${{each.words.slice(0, 60)}}" are cut off by ${{name(each.by)}}`))];
}}"""

OVERLAPPING = f"""() => {{
  {SCRAPS}
  const all = scraps().map((each) => ({{...each, above: isOverlay(each.element)}}));
  const found = new Map();
  all.sort((one, other) => one.box.top - other.box.top);
  all.forEach((one, at) => {{
    for (let next = at + 1; next < all.length && all[next].box.top < one.box.bottom - 2; next++) {{
      const other = all[next];
      if (other.node === one.node || other.above !== one.above) continue;
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      const pair = `"${{one.words.slice(0, 50)}}" (${{name(one.element)}}) and ` +
        `"${{other.words.slice(0, 50)}}" (${{name(other.element)}})`;
      if (width > 2 && height > 2 && !found.has(pair)) found.set(pair, [width, height].map(Math.round).join(" x "));
    }}
  }});
  return [...found].map(([pair, size]) => `${{pair}} overlap by ${{size}} px`);
}}"""


def clipped_texts(page: Any) -> list[str]:
    """Text that a box cuts off. What can be scrolled to is not cut off, nor is what only screen
    readers get."""
    return list(page.evaluate(CLIPPED))


def overlapping_texts(page: Any) -> list[str]:
    """Text that lies on other text by more than 2 px each way. A menu that is open, and what stays
    in the window while the page scrolls, may lie over the page."""
    return list(page.evaluate(OVERLAPPING))
