// Keyboard shortcuts.

import { root } from "./elements.js";
import { linkOf, toggle, view } from "./papers.js";
import { state } from "./storage.js";

let latest;

function current() {
  const { visible } = view;
  const focused = visible.find(({ node }) => node.contains(document.activeElement));
  return focused ?? (visible.includes(latest) ? latest : visible.find(({ node }) => node.matches(":target")));
}

function step(offset) {
  const { visible } = view;
  const paper = current();
  const next = paper
    ? visible[visible.indexOf(paper) + offset]
    : visible.find(({ node }) => node.getBoundingClientRect().bottom > 90);
  if (!next) return;
  latest = next;
  next.node.tabIndex = -1;
  next.node.focus({ preventScroll: true });
  next.node.scrollIntoView({ block: "start" });
}

const withCurrent = (callback) => () => {
  const paper = current() ?? (view.visible.length === 1 && view.visible[0]);
  if (paper) callback(paper);
};
const click = (key) => () => document.querySelector(TARGETS[key])?.click();

const KEYS = {
  j: ["Next paper", () => step(1)],
  k: ["Previous paper", () => step(-1)],
  o: ["Open the paper", withCurrent((paper) => linkOf(paper)?.click())],
  f: [
    "Fold or unfold its abstract",
    withCurrent(({ node }) => {
      for (const details of node.querySelectorAll(":scope > details")) details.open = !details.open;
    }),
  ],
  s: ["Save it, or not any more", withCurrent((paper) => toggle(paper, "saved"))],
  m: ["Mark it read, or unread", withCurrent((paper) => toggle(paper, "read"))],
  c: ["Copy its citation as BibTeX", click("c")],
  "/": ["Search", () => location.assign(new URL("search/", root))],
  ArrowLeft: ["The day, week or month before", click("ArrowLeft"), "←"],
  ArrowRight: ["The one after", click("ArrowRight"), "→"],
  "?": ["This help", () => help()],
};
const TARGETS = {
  c: ".copy-citation button",
  ArrowLeft: ".page-nav a[rel=prev]",
  ArrowRight: ".page-nav a[rel=next]",
};

const MIN_PAPERS = { j: 2, k: 2, o: 1, f: 1, s: 1, m: 1 };

// Return true if the key does something on this page.
function works(key) {
  if (TARGETS[key]) return document.querySelector(TARGETS[key]);
  return view.papers.length >= (MIN_PAPERS[key] ?? 0);
}

const NEEDS_KEYS = "input, textarea, select, dialog, [contenteditable], .scroll, math, pre";

function onKey(event) {
  const { key, target } = event;
  const modified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && key.length > 1);
  if (state.view.keys === false || modified || event.isComposing || event.defaultPrevented) return;
  if (!Object.hasOwn(KEYS, key) || target.closest?.(NEEDS_KEYS) || target.isContentEditable) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  KEYS[key][1]();
}

export const help = async () => {
  const shortcuts = Object.fromEntries(Object.entries(KEYS).filter(([key]) => works(key)));
  (await import("./shortcuts-help.js")).open(shortcuts);
};

addEventListener("keydown", onKey);
