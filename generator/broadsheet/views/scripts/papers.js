// The papers of a page, their marks, and the `details` that are stored with a saved paper.

import { button, element, oneLine } from "./elements.js";
import { hasMark, state, storageError, subscribe, updatePaper } from "./storage.js";

/** All papers of the page, and the visible ones in their order, which shortcuts follow. */
export const view = { papers: [], visible: [] };
export const notice = element("p", { className: "notice", role: "alert" });

export const linkOf = ({ node }) => node.querySelector("h2 a, h3 a, .links a");
export const titleOf = ({ node }) => node.dataset.title ?? oneLine(node.querySelector("h2, h3").textContent);

export const toggle = (paper, name) =>
  updatePaper(paper.id, { [name]: !hasMark(paper.id, name), ...(name === "saved" && paper.details?.()) });

export function addMarks(paper) {
  const title = titleOf(paper);
  const mark = (name, symbol, label, key) =>
    button(symbol, () => toggle(paper, name), {
      className: name,
      title: `${label} (${key})`,
      ariaLabel: `${label}: ${title}`,
    });
  paper.marks = [mark("saved", "☆", "Save", "s"), mark("read", "✓", "Mark read", "m")];
  paper.node.append(element("span", { className: "marks" }, ...paper.marks));
  showMarks(paper);
}

function showMarks(paper) {
  for (const mark of paper.marks) mark.ariaPressed = hasMark(paper.id, mark.className);
  paper.marks[0].textContent = hasMark(paper.id, "saved") ? "★" : "☆";
  paper.node.classList.toggle("is-read", hasMark(paper.id, "read"));
}

export const isCompact = () => state.view.density === "compact";

function refresh() {
  const { dataset } = document.documentElement;
  if (isCompact()) dataset.density = "compact";
  else delete dataset.density;
  view.papers.forEach(showMarks);
  if (notice.textContent !== storageError) notice.textContent = storageError;
}

subscribe(refresh);
refresh();
