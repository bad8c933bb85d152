// Papers read from the page's HTML, and the start of a page's script.

import { element, oneLine, root, splitByline } from "./elements.js";
import { linkOf, titleOf } from "./papers.js";
import { hasMark, state } from "./storage.js";

export const count = (number) => ngettext("%(number)s paper", "%(number)s papers", number, { number });
export const countOf = (matches, papers, isFiltered) =>
  isFiltered
    ? ngettext("%(matches)s of %(papers)s paper", "%(matches)s of %(papers)s papers", papers, { matches, papers })
    : count(papers);
export const SORTS = {
  "": gettext("Sort"),
  score: gettext("By score"),
  novelty: gettext("By novelty"),
  date: gettext("By date"),
  upvotes: gettext("By upvotes"),
};
/** Return `papers` by a value; unknown values come last. */
export const sorted = (papers, key) =>
  [...papers].sort((a, b) => (key && (b[key] || -1) - (a[key] || -1)) || a.order - b.order);
export const status = element("p", { className: "count", role: "status", ariaLive: "polite" });
/** Move the focus to the status, since what had it is gone. */
export function focusStatus() {
  status.tabIndex = -1;
  status.focus();
}
export const savedPapers = () =>
  [...state.papers].filter(([, record]) => record.saved > 0).sort(([, a], [, b]) => b.saved - a.saved);

// What opens and cites a saved paper. Its address is its own page, or its place on this one.
function details() {
  const byline = this.node.querySelector(".authors").cloneNode(true);
  byline.querySelector("summary")?.replaceWith(", ");
  const [names, more] = splitByline(oneLine(byline.textContent));
  const none = gettext("Authors not given");
  const authors = names.split(/(?:\s*,)+\s+/).filter((name) => name && name !== none);
  const own = linkOf(this)?.href ?? "";
  const place = `${location.origin}${location.pathname}${this.node.id && `#${encodeURIComponent(this.id)}`}`;
  const address = (own.startsWith(root.href) ? own : place).replace(root.href, "");
  const { relevance, novelty } = this.node.dataset;
  const scores = relevance && novelty ? { relevance: Number(relevance), novelty: Number(novelty) } : {};
  return { title: titleOf(this), authors, more, address, topics: this.topic, ...scores };
}

const words = (text) => (text ? text.split(" ") : []);
const number = (text) => (text ? Number(text) : NaN);

export const marksOf = (id) => [hasMark(id, "read") ? "read" : "unread", ...(hasMark(id, "saved") ? ["saved"] : [])];

export function paperOf(node, order) {
  const { paper, topics, categories, sources, relevance, novelty, upvotes, date, published } = node.dataset;
  return {
    node,
    order,
    id: node.id || paper,
    topic: words(topics),
    category: words(categories),
    source: words(sources),
    get mark() {
      return marksOf(this.id);
    },
    score: number(relevance) + number(novelty),
    novelty: number(novelty),
    upvotes: number(upvotes),
    date: Date.parse(date ?? published ?? ""),
    details,
  };
}

const LOAD_TIMEOUT_MS = 1500; // then the page is shown without the parts that have not come
let timeout;

/** Wait for a part of the page; for all its parts together no longer than the timeout. */
export function inTime(part) {
  timeout ??= new Promise((resolve) => setTimeout(resolve, LOAD_TIMEOUT_MS));
  return Promise.race([part, timeout]);
}

/** Call `start` on the parsed page. With `hide`, the page is hidden until then: nothing jumps. */
export function whenReady(start, hide) {
  const page = document.documentElement;
  const run = async () => {
    const startTime = performance.now();
    try {
      await start();
    } finally {
      delete page.dataset.loading;
      performance.measure("reader", { start: startTime });
    }
  };
  if (hide) page.dataset.loading = "";
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
}
