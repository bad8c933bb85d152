// Keyboard shortcuts. Their descriptions are in shortcuts-help.js.

import { fold } from "./density.js";
import { root } from "./elements.js";
import { linkOf, markRead, toggle, view, writeNote } from "./papers.js";
import { state } from "./storage.js";

const SEQUENCE_MS = 1500;
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
  next.node.scrollIntoView({ block: next.node.offsetHeight < 60 ? "nearest" : "start" });
}

const withCurrent = (callback) => (inNewTab) => {
  const paper = current() ?? (view.visible.length === 1 && view.visible[0]);
  if (paper) callback(paper, inNewTab);
};
export const TARGETS = { ArrowLeft: ".page-nav a[rel=prev]", ArrowRight: ".page-nav a[rel=next]", y: ".cite pre" };
const click = (key) => () => document.querySelector(TARGETS[key])?.click();

function go(href, inNewTab) {
  if (inNewTab) open(href, "_blank", "noopener");
  else location.assign(href);
}
const goTo = (path) => (inNewTab) => go(new URL(path, root).href, inNewTab);

const openLink = (find) =>
  withCurrent((paper, inNewTab) => {
    const link = find(paper);
    if (!link) return;
    markRead(paper);
    go(link.href, inNewTab);
  });
const linkWith = (...hrefs) => {
  const links = hrefs.map((part) => `:is(h2, h3, .links) a[href*="${part}"]`);
  return ({ node }) => node.querySelector(links.join());
};

const copying = async (name, paper) => (await import("./copying.js"))[name](paper);
const citation = () => document.querySelector(TARGETS.y)?.textContent;

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: openLink(linkOf),
  p: openLink(linkWith("/pdf/")),
  a: openLink(linkWith("//arxiv.org/abs/", "//doi.org/")),
  f: withCurrent(({ node }) => fold(node)),
  Enter: withCurrent(({ node }) => fold(node)),
  s: withCurrent((paper) => toggle(paper, "saved")),
  m: withCurrent((paper) => toggle(paper, "read")),
  x: withCurrent((paper) => {
    markRead(paper);
    step(1);
  }),
  n: withCurrent(writeNote),
  y: () => (citation() ? copying("copyBibtex", citation()) : withCurrent((paper) => copying("copyCitation", paper))()),
  c: withCurrent((paper) => copying("copyLink", paper)),
  "/": goTo("search/"),
  "g h": goTo("."),
  "g s": goTo("saved/"),
  "g n": goTo("since/"),
  ArrowLeft: click("ArrowLeft"),
  ArrowRight: click("ArrowRight"),
  "?": () => help(),
};
const OPENS = /^(o|p|a|g .)$/; // with Shift: in a new tab
const NEEDS_KEYS = "input, textarea, select, dialog, [contenteditable], .scroll, math, pre";
let prefix = "";

// Return the shortcut that is typed, or "". A "g" waits for its second key.
function typed({ key, shiftKey, target }) {
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const name = prefix + (isLetter ? key.toLowerCase() : key);
  prefix = "";
  if (name === "g") {
    prefix = "g ";
    setTimeout(() => (prefix = ""), SEQUENCE_MS);
  }
  const isMeant = key === "Enter" ? target.matches?.(".paper, .item") : !(isLetter && shiftKey) || OPENS.test(name);
  return isMeant && Object.hasOwn(KEYS, name) ? name : "";
}

function onKey(event) {
  const { key, target, shiftKey } = event;
  const modified = event.ctrlKey || event.altKey || event.metaKey || (shiftKey && key.length > 1);
  if (state.view.keys === false || modified || event.isComposing || event.defaultPrevented) return;
  if (target.closest?.(NEEDS_KEYS) || target.isContentEditable || document.querySelector("dialog[open]")) return;
  const name = typed(event);
  if (!name) return;
  event.preventDefault();
  KEYS[name](shiftKey);
}

const MIN_PAPERS = { j: 2, k: 2, x: 2, o: 1, p: 1, a: 1, f: 1, Enter: 1, s: 1, m: 1, n: 1, y: 1, c: 1 };

// Return true if the key does something on this page.
function works(name) {
  if (document.querySelector(TARGETS[name])) return true;
  return !name.startsWith("Arrow") && view.papers.length >= (MIN_PAPERS[name] ?? 0);
}

export const help = async () => (await import("./shortcuts-help.js")).open(Object.keys(KEYS).filter(works));

document.documentElement.dataset.keys = ""; // for frame.js
addEventListener("keydown", onKey);
