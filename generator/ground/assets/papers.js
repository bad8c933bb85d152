// The papers a page lists: what is known of each, and its two marks, "saved" and "read".

import { button, element, oneLine, root } from "./elements.js";
import { change, is, state, trouble, watch } from "./kept.js";

// All papers of the page, and those in sight, in their order: keys move through them.
export const here = { papers: [], shown: [] };
export const status = element("p", { className: "count", role: "status", ariaLive: "polite" });
export const notice = element("p", { className: "trouble", role: "alert" });

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
    score: number(relevance) + number(novelty),
    novelty: number(novelty),
    upvotes: number(upvotes),
    date: Date.parse(date ?? published ?? ""),
  };
}

export const linkOf = ({ node }) => node.querySelector("h2 a, h3 a, .links a");
const titleOf = ({ node }) => node.dataset.title ?? oneLine(node.querySelector("h2, h3").textContent);

// What finds and cites a saved paper: its own page, or its place on this day.
function details(paper) {
  const by = paper.node.querySelector(".by").cloneNode(true);
  by.querySelector("summary")?.replaceWith(", ");
  const [names, more] = oneLine(by.textContent).split(/ and (\d+) more$/);
  const authors = names.split(/(?:\s*,)+\s+/).filter((name) => name && name !== "Authors not given");
  const own = linkOf(paper)?.href ?? "";
  const here = `${location.origin}${location.pathname}${paper.node.id && `#${encodeURIComponent(paper.id)}`}`;
  const address = (own.startsWith(root.href) ? own : here).replace(root.href, "");
  return { title: titleOf(paper), authors, more: Number(more ?? 0), address };
}

export const toggle = (paper, name) =>
  change(paper.id, { [name]: !is(paper.id, name), ...(name === "saved" && !paper.listed && details(paper)) });

export function addMarks(paper) {
  const title = titleOf(paper);
  const mark = (name, sign, verb, key) =>
    button(sign, () => toggle(paper, name), { className: name, title: `${verb} (${key})`, ariaLabel: `${verb}: ${title}` });
  paper.marks = [mark("saved", "☆", "Save", "s"), mark("read", "✓", "Mark read", "m")];
  paper.node.append(element("span", { className: "marks" }, ...paper.marks));
  showMarks(paper);
}

function showMarks(paper) {
  for (const mark of paper.marks) mark.ariaPressed = String(is(paper.id, mark.className));
  paper.marks[0].textContent = is(paper.id, "saved") ? "★" : "☆";
  paper.node.classList.toggle("is-read", is(paper.id, "read"));
}

export const isCompact = () => state.view.density === "compact";

function refresh() {
  const page = document.documentElement;
  isCompact() ? (page.dataset.density = "compact") : delete page.dataset.density;
  here.papers.forEach(showMarks);
  if (notice.textContent !== trouble) notice.textContent = trouble;
}

watch(refresh);
refresh();

// Calls `start` on the finished page. What it `hides` or moves is in place before the page is seen.
export function whenReady(start, hides) {
  const page = document.documentElement;
  const run = async () => {
    const began = performance.now();
    try {
      await start();
    } finally {
      delete page.dataset.reader;
      performance.measure("reader", { start: began });
    }
  };
  if (hides) page.dataset.reader = "wait";
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
}
