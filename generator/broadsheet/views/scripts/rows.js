// Rows of a list that are made from data, not from the page's HTML: the same parts as the macro `item` makes.

import { formatDate } from "./dates.js";
import { element, joinAuthors, root, svgElement } from "./elements.js";
import { ARXIV } from "./records.js";

const HTML = ["em", "strong", "code", "sub", "sup", "span", "br"];

export const span = (className, textContent) => element("span", { className, textContent });
export const link = (path, ...content) => element("a", { href: new URL(path, root).href }, ...content);
export const dayLink = (date, id = "") =>
  link(`daily/${date.replaceAll("-", "/")}/${id && `#${encodeURIComponent(id)}`}`, formatDate(date));

// Data becomes nodes: nothing in it is parsed as markup.
function buildNodes(parts) {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const [name, attributes, ...content] = part;
    const namespace = HTML.includes(name) ? "1999/xhtml" : "1998/Math/MathML";
    const node = document.createElementNS(`http://www.w3.org/${namespace}`, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (!/^on|href|style/.test(key)) node.setAttribute(key, value);
    }
    node.append(...buildNodes(content));
    return node;
  });
}

// -- the score --

// Translators: the number 1234.5 as your language writes it: the separator of thousands, and the decimal one.
const DECIMAL_SIGN = pgettext("number", "1,234.5").at(-2);

/** Return a score as pages write it: 17, 16.7. */
export const scoreWords = (value) =>
  Number.isInteger(value) ? `${value}` : value.toFixed(1).replace(".", DECIMAL_SIGN);

const bar = (y, grade) => svgElement("path", { d: `M0 ${y}h${2 * grade}v2H0z` });

function bars(relevance, novelty) {
  const words = gettext("relevance %(relevance)s, novelty %(novelty)s", {
    relevance: scoreWords(relevance),
    novelty: scoreWords(novelty),
  });
  const attributes = { class: "bars", viewBox: "0 0 20 5", role: "img", "aria-label": words };
  return svgElement("svg", attributes, bar(0, relevance), bar(3, novelty));
}

// Return [id, lowest score, highest] of the legend's grades. A grade begins with its name and span: "Relevance 9–10".
function readGrades() {
  return [...document.querySelectorAll("#rubric :is([id^=r], [id^=n])")].map((grade) => {
    const [, low, high = low] = /(\d+)(?:–(\d+))?/.exec(grade.querySelector("b").textContent) ?? [];
    return [grade.id, Number(low), Number(high)];
  });
}

let grades; // read for the first row

function gradeIds(letter, score) {
  grades ??= readGrades();
  const whole = Math.floor(score);
  return grades.filter(([id, low, high]) => id.startsWith(letter) && low <= whole && whole <= high).map(([id]) => id);
}

const unscored = ({ total }) =>
  total ? gettext("%(score)s in its source, not scored", { score: scoreWords(total) }) : gettext("not scored");

export function scoreMark(paper) {
  const { score, relevance, novelty, total } = paper;
  const isScored = relevance >= 0 && novelty >= 0;
  const sum = element("b", { textContent: isScored ? scoreWords(score) : total ? scoreWords(total) : "–" });
  if (!isScored) Object.assign(sum, { role: "img", ariaLabel: unscored(paper) });
  const content = [sum, ...(isScored ? [bars(relevance, novelty)] : [])];
  if (!isScored || !document.getElementById("rubric")) return element("span", { className: "score" }, ...content);
  const mark = element("button", { className: "score" }, ...content);
  mark.setAttribute("popovertarget", "rubric");
  const ids = [...gradeIds("r", relevance), ...gradeIds("n", novelty)];
  if (ids.length) mark.setAttribute("aria-describedby", ids.join(" "));
  return mark;
}

// -- the line below --

function gradesLine(paper) {
  const { relevance, novelty, place } = paper;
  if (!(relevance >= 0 && novelty >= 0)) return span("muted", unscored(paper));
  const bold = (value) => element("b", { textContent: scoreWords(value) });
  const words = place ? [" ", element("i", { textContent: place })] : [];
  const content = [
    ...gettext("%(relevance)s relevance %(novelty)s novelty", { relevance: bold(relevance), novelty: bold(novelty) }),
  ];
  return element("span", { className: "grades" }, ...content, ...words);
}

/** Return the links to the paper where it was published. */
export function sourceLinks({ id, doi }) {
  const links = ARXIV.test(id)
    ? [link(`https://arxiv.org/abs/${id}`, "arXiv"), " · ", link(`https://arxiv.org/pdf/${id}`, "PDF")]
    : doi
      ? [Object.assign(link(doi, "DOI"), { rel: "noopener nofollow" })]
      : [];
  return links.length ? [element("span", { className: "links" }, ...links)] : [];
}

export const chipsOf = (paper, { topics, hues }) =>
  paper.topic.map((topic) =>
    Object.assign(link(`topics/${topic}/`, topics[topic]), { className: `topic hue-${hues[topic]}` }),
  );

/** Return the class of a paper's colour: that of its first topic in the digest's order. */
export const hueOf = (paper, { hues, order }) =>
  `hue-${hues[order.find((topic) => paper.topic.includes(topic))] ?? "grey"}`;

function metaLine(paper, labels) {
  const { upvotes, id, date, listed } = paper;
  const facts = [gradesLine(paper)];
  if (upvotes >= 0)
    facts.push(span("", ngettext("%(number)s upvote", "%(number)s upvotes", upvotes, { number: upvotes })));
  facts.push(...chipsOf(paper, labels));
  if (date) facts.push(Object.assign(dayLink(date, listed ?? id), { className: "date" }));
  return element("p", { className: "meta" }, ...[...facts, ...sourceLinks(paper)].flatMap((fact) => [fact, " "]));
}

/** Build the row of a paper. `labels` has the labels (`topics`) and colours (`hues`) of topics by id, and their `order`. */
export function buildRow(paper, labels) {
  const { id, title, title_parts = [title], authors = [], more, comment, comment_parts = [comment], address } = paper;
  const node = element("li", { className: `item ${hueOf(paper, labels)}` }, scoreMark(paper));
  node.append(element("h3", { dir: "auto" }, link(address, ...buildNodes(title_parts))));
  node.append(element("p", { className: "authors", textContent: joinAuthors(authors, more) }));
  const { relevance = "", novelty = "", topic } = paper;
  Object.assign(node.dataset, { paper: id, title, relevance, novelty, topics: topic.join(" ") });
  if (comment) node.append(element("p", { className: "comment", dir: "auto" }, ...buildNodes(comment_parts)));
  node.append(metaLine(paper, labels));
  return node;
}
