// Lists that are in the page: how many papers, what is known of each, and when the page is there.

import { element, oneLine, root } from "./elements.js";
import { is, state } from "./storage.js";
import { linkOf, titleOf } from "./papers.js";

export const count = (number) => `${number} paper${number === 1 ? "" : "s"}`;
export const status = element("p", { className: "count", role: "status", ariaLive: "polite" });
export const savedPapers = () => [...state.papers].filter(([, it]) => it.saved > 0).sort(([, a], [, b]) => b.saved - a.saved);

// What finds and cites a saved paper: its own page, or its place on this day.
function details() {
  const by = this.node.querySelector(".authors").cloneNode(true);
  by.querySelector("summary")?.replaceWith(", ");
  const [names, more] = oneLine(by.textContent).split(/ and (\d+) more$/);
  const authors = names.split(/(?:\s*,)+\s+/).filter((name) => name && name !== "Authors not given");
  const own = linkOf(this)?.href ?? "";
  const here = `${location.origin}${location.pathname}${this.node.id && `#${encodeURIComponent(this.id)}`}`;
  const address = (own.startsWith(root.href) ? own : here).replace(root.href, "");
  return { title: titleOf(this), authors, more: Number(more ?? 0), address };
}

const words = (text) => (text ? text.split(" ") : []);
const number = (text) => (text ? Number(text) : NaN);

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
      return [is(this.id, "read") ? "read" : "unread", ...(is(this.id, "saved") ? ["saved"] : [])];
    },
    score: number(relevance) + number(novelty),
    novelty: number(novelty),
    upvotes: number(upvotes),
    date: Date.parse(date ?? published ?? ""),
    details,
  };
}

// Calls `start` on the finished page. What it `hides` or moves is in place before the page is seen.
export function whenReady(start, hides) {
  const page = document.documentElement;
  const run = async () => {
    const began = performance.now();
    try {
      await start();
    } finally {
      delete page.dataset.loading;
      performance.measure("reader", { start: began });
    }
  };
  if (hides) page.dataset.loading = "";
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
}
