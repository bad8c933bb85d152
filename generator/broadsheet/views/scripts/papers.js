// The papers of a page, their marks, and the `details` that are stored with a saved paper.

import { fold, isHeadline, unfold } from "./density.js";
import { button, element, oneLine } from "./elements.js";
import { editNote, noteOf, showNote } from "./notes.js";
import { hasMark, storageError, subscribe, updatePaper } from "./storage.js";

/** All papers of the page, and the visible ones in their order, which shortcuts follow. */
export const view = { papers: [], visible: [] };
export const notice = element("p", { className: "notice", role: "alert" });

export const linkOf = ({ node }) => node.querySelector("h2 a, h3 a, .links a");
export const titleOf = ({ node }) => node.dataset.title ?? oneLine(node.querySelector("h2, h3").textContent);

export function toggle(paper, name) {
  const isSaved = name === "saved";
  if (isSaved && hasMark(paper.id, name) && noteOf(paper.id)) import("./noted.js").then(({ show }) => show());
  else updatePaper(paper.id, { [name]: !hasMark(paper.id, name), ...(isSaved && paper.details?.()) });
}
export const markRead = (paper) => hasMark(paper.id, "read") || toggle(paper, "read");

export function writeNote(paper) {
  if (isHeadline(paper.node)) unfold(paper.node);
  editNote(paper, titleOf(paper));
}

export function addMarks(paper) {
  const title = titleOf(paper);
  const mark = (className, symbol, label, key, callback = () => toggle(paper, className)) =>
    button(symbol, callback, { className, title: `${label} (${key})`, ariaLabel: `${label}: ${title}` });
  paper.marks = [
    mark("saved", "☆", gettext("Save"), "s"),
    mark("read", "✓", gettext("Mark read"), "m"),
    mark("note", "✎", gettext("Note"), "n", () => writeNote(paper)),
  ];
  const unfolding = mark("unfold", "▾", gettext("Unfold"), "f", () => fold(paper.node));
  unfolding.ariaExpanded = "false";
  paper.node.append(element("span", { className: "marks" }, ...paper.marks, unfolding));
  showMarks(paper);
}

function showMarks(paper) {
  const [saved, read, note] = paper.marks;
  for (const mark of [saved, read]) mark.ariaPressed = hasMark(paper.id, mark.className);
  saved.textContent = hasMark(paper.id, "saved") ? "★" : "☆";
  note.classList.toggle("written", !!noteOf(paper.id));
  paper.node.classList.toggle("is-read", hasMark(paper.id, "read"));
  showNote(paper, titleOf(paper));
}

let warning = "";

/** Show a warning beside that of storage, or none. */
export function warn(text) {
  warning = text;
  const all = `${text} ${storageError}`.trim();
  if (notice.textContent !== all) notice.textContent = all;
}

function refresh() {
  view.papers.forEach(showMarks);
  warn(warning);
}

// A paper that was opened is read: by its title, or by a link to its text.
function onOpen({ target, button: pressed, defaultPrevented }) {
  const link = target.closest?.(":is(h2, h3, .links) > a");
  const paper = link && pressed < 2 && !defaultPrevented && view.papers.find(({ node }) => node.contains(link));
  if (paper) markRead(paper);
}

addEventListener("click", onOpen);
addEventListener("auxclick", onOpen);
if (matchMedia("(pointer: coarse)").matches) import("./swipe.js");
subscribe(refresh);
refresh();
