// A paper's own page: save it, mark it read.

import "./shortcuts.js";
import { paperOf, whenReady } from "./paper-list.js";
import { addMarks, here, notice } from "./papers.js";

whenReady(() => {
  const paper = paperOf(document.querySelector("article[data-paper]"), 0);
  here.papers = here.shown = [paper];
  addMarks(paper);
  paper.node.prepend(notice);
});
