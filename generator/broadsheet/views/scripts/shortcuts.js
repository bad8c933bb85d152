// The keyboard: through the papers of a page, and on to others.

import { root } from "./elements.js";
import { state } from "./storage.js";
import { here, linkOf, toggle } from "./papers.js";

let at;

function current() {
  const { shown } = here;
  const focused = shown.find(({ node }) => node.contains(document.activeElement));
  return focused ?? (shown.includes(at) ? at : shown.find(({ node }) => node.matches(":target")));
}

function step(by) {
  const { shown } = here;
  const now = current();
  const next = now ? shown[shown.indexOf(now) + by] : shown.find(({ node }) => node.getBoundingClientRect().bottom > 90);
  if (!next) return;
  at = next;
  next.node.tabIndex = -1;
  next.node.focus({ preventScroll: true });
  next.node.scrollIntoView({ block: "start" });
}

const withCurrent = (act) => () => {
  const paper = current() ?? (here.shown.length === 1 && here.shown[0]);
  if (paper) act(paper);
};
const follow = (selector) => () => document.querySelector(selector)?.click();

const KEYS = {
  j: ["Next paper", () => step(1)],
  k: ["Previous paper", () => step(-1)],
  o: ["Open the paper", withCurrent((paper) => linkOf(paper)?.click())],
  f: ["Fold or unfold its abstract", withCurrent(({ node }) => {
    for (const fold of node.querySelectorAll(":scope > details")) fold.open = !fold.open;
  })],
  s: ["Save it, or not any more", withCurrent((paper) => toggle(paper, "saved"))],
  m: ["Mark it read, or unread", withCurrent((paper) => toggle(paper, "read"))],
  "/": ["Search", () => location.assign(new URL("search/", root))],
  ArrowLeft: ["The day, week or month before", follow(".page-nav a[rel=prev]"), "←"],
  ArrowRight: ["The one after", follow(".page-nav a[rel=next]"), "→"],
  "?": ["This help", () => help()],
};
const BUSY = "input, textarea, select, dialog, [contenteditable], .scroll, math, pre";

function onKey(event) {
  const { key, target } = event;
  const modified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && key.length > 1);
  if (state.view.keys === false || modified || event.isComposing || event.defaultPrevented) return;
  if (!Object.hasOwn(KEYS, key) || target.closest?.(BUSY) || target.isContentEditable) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  KEYS[key][1]();
}

export const help = async () => (await import("./shortcuts-help.js")).show(KEYS);

addEventListener("keydown", onKey);
