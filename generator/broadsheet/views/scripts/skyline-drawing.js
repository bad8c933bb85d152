// The skyline of papers that a script lists: the same drawing and words as charts/skyline.py makes.

import { element, root } from "./elements.js";
import { hueOf } from "./rows.js";
import { showBars } from "./skyline.js";

const SVG = "http://www.w3.org/2000/svg";
const [LOWEST, HIGHEST, HEIGHT, STUB, ABOVE] = [10, 20, 44, 4, 8];
const [BAR, MIN_PLACES, MAX_COUNTS, MOST] = [0.82, 12, 6, 120];

function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function heightOf(score = LOWEST) {
  const share = (Math.min(Math.max(score, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST);
  return Math.round(STUB + share * (HEIGHT - STUB));
}

function barOf(paper, labels, x, width) {
  const height = heightOf(paper.score);
  const rect = { x: `${x}%`, y: ABOVE + HEIGHT - height, width: `${width}%`, height };
  const words = paper.score >= 0 ? `${paper.score}: ${paper.title}` : paper.title;
  const { href } = new URL(paper.address, root);
  const attributes = { href, tabindex: -1, class: hueOf(paper, labels), "data-paper": paper.id };
  return node("a", attributes, node("rect", rect), node("title", {}, words));
}

function wordsOf(papers) {
  const counts = new Map();
  for (const { score } of papers) if (score >= 0) counts.set(score, (counts.get(score) ?? 0) + 1);
  const ordered = [...counts].sort(([a], [b]) => b - a);
  const parts = ordered.slice(0, MAX_COUNTS).map(([score, papers], i) => {
    const unit = papers === 1 ? " paper" : " papers";
    return `${score} (${papers}${i ? "" : unit})`;
  });
  const lower = ordered.slice(MAX_COUNTS).reduce((sum, [, papers]) => sum + papers, 0);
  if (lower) parts.push(`lower (${lower})`);
  const scores = parts.length ? `Scores: ${parts.join(", ")}. ` : "";
  return `${scores}A bar is a paper: its height is the score, its colour the topic.`;
}

/** Draw the best of `papers`, in their order, in `place`. */
export function drawSkyline(place, papers, labels) {
  const shown = papers.slice(0, MOST);
  place.replaceChildren();
  if (!shown.length) return;
  const step = 100 / Math.max(shown.length, MIN_PLACES);
  const bars = shown.map((paper, i) => barOf(paper, labels, step * i, step * BAR));
  const svg = node("svg", { height: ABOVE + HEIGHT, "aria-hidden": "true" }, ...bars);
  const best = papers.length > MOST ? `The ${MOST} best papers. ` : "";
  const caption = element("figcaption", { className: "muted", textContent: best + wordsOf(shown) });
  place.append(element("figure", { className: "skyline" }, svg, caption));
  showBars();
}
