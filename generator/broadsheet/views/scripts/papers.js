// The papers of a page, each with its node, its id and what of its `details` is saved; and their marks.

import { button, element, oneLine } from "./elements.js";
import { change, is, state, trouble, watch } from "./storage.js";

// All papers of the page, and those in sight, in their order: keys move through them.
export const here = { papers: [], shown: [] };
export const notice = element("p", { className: "notice", role: "alert" });

export const linkOf = ({ node }) => node.querySelector("h2 a, h3 a, .links a");
export const titleOf = ({ node }) => node.dataset.title ?? oneLine(node.querySelector("h2, h3").textContent);

export const toggle = (paper, name) =>
  change(paper.id, { [name]: !is(paper.id, name), ...(name === "saved" && paper.details?.()) });

export function addMarks(paper) {
  const title = titleOf(paper);
  const mark = (name, sign, verb, key) =>
    button(sign, () => toggle(paper, name), { className: name, title: `${verb} (${key})`, ariaLabel: `${verb}: ${title}` });
  paper.marks = [mark("saved", "☆", "Save", "s"), mark("read", "✓", "Mark read", "m")];
  paper.node.append(element("span", { className: "marks" }, ...paper.marks));
  showMarks(paper);
}

function showMarks(paper) {
  for (const mark of paper.marks) mark.ariaPressed = is(paper.id, mark.className);
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
