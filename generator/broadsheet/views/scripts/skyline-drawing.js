// The skyline of papers that a script lists: the same drawing and words as charts/skyline.py makes.

import { element, root, svgElement } from "./elements.js";
import { count } from "./paper-list.js";
import { hueOf, scoreWords } from "./rows.js";
import { showBars } from "./skyline.js";

const [LOWEST, HIGHEST, HEIGHT, STUB, ABOVE] = [10, 20, 44, 4, 8];
const [BAR, MIN_PLACES, MAX_COUNTS, MAX_BARS] = [0.82, 12, 6, 120];

const scoreOf = ({ score, total }) => score ?? total;

function heightOf(score = LOWEST) {
  const share = (Math.min(Math.max(score, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST);
  return Math.round(STUB + share * (HEIGHT - STUB));
}

function barOf(paper, labels, x, width) {
  const score = scoreOf(paper);
  const height = heightOf(score);
  const rect = { x: `${x}%`, y: ABOVE + HEIGHT - height, width: `${width}%`, height };
  const words = score >= 0 ? `${scoreWords(score)}: ${paper.title}` : paper.title;
  const { href } = new URL(paper.address, root);
  const attributes = { href, tabindex: -1, class: hueOf(paper, labels), "data-paper": paper.id };
  return svgElement("a", attributes, svgElement("rect", rect), svgElement("title", {}, words));
}

function wordsOf(papers) {
  const counts = new Map();
  for (const score of papers.map(scoreOf)) if (score >= 0) counts.set(score, (counts.get(score) ?? 0) + 1);
  const ordered = [...counts].sort(([a], [b]) => b - a);
  const parts = ordered
    .slice(0, MAX_COUNTS)
    .map(([score, number], i) => `${scoreWords(score)} (${i ? number : count(number)})`);
  const lower = ordered.slice(MAX_COUNTS).reduce((sum, [, number]) => sum + number, 0);
  if (lower) parts.push(gettext("lower (%(number)s)", { number: lower }));
  const unscored = papers.filter((paper) => !(scoreOf(paper) >= 0)).length;
  const meaning = gettext("A bar is a paper: its height is the score, its colour the topic.");
  if (!parts.length) return meaning;
  const scores = gettext("Scores: %(scores)s.", { scores: parts.join(", ") });
  const rest = ngettext("%(number)s paper without a score.", "%(number)s papers without a score.", unscored, {
    number: unscored,
  });
  return [scores, ...(unscored ? [rest] : []), meaning].join(" ");
}

/** Draw the best of `papers`, in their order, in `place`. */
export function drawSkyline(place, papers, labels) {
  const drawn = papers.slice(0, MAX_BARS);
  place.replaceChildren();
  if (!drawn.some((paper) => scoreOf(paper) >= 0)) return;
  const step = 100 / Math.max(drawn.length, MIN_PLACES);
  const bars = drawn.map((paper, i) => barOf(paper, labels, step * i, step * BAR));
  const svg = svgElement("svg", { height: ABOVE + HEIGHT, "aria-hidden": "true" }, ...bars);
  const best = gettext("The %(number)s best papers.", { number: MAX_BARS });
  const textContent = (papers.length > MAX_BARS ? `${best} ` : "") + wordsOf(drawn);
  const caption = element("figcaption", { className: "muted", textContent });
  place.append(element("figure", { className: "skyline" }, svg, caption));
  showBars();
}
