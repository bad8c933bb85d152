// A paper's own page: save the paper, mark it read, copy its citation.

import "./cite.js";
import "./shortcuts.js";
import { hasNotes } from "./notes.js";
import { paperOf, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";

whenReady(() => {
  const paper = paperOf(document.querySelector("article[data-paper]"), 0);
  view.papers = view.visible = [paper];
  addMarks(paper);
  paper.node.prepend(notice);
}, hasNotes());
