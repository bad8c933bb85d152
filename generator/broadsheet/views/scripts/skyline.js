// The bars of a skyline: hollow if their paper is read, with a dot if it is saved.

import { decode, svgElement } from "./elements.js";
import { titleOf } from "./papers.js";
import { hasMark, subscribe } from "./storage.js";

const percent = (rect, name) => parseFloat(rect.getAttribute(name));

function addDot(bar) {
  const rect = bar.querySelector("rect");
  const cx = `${percent(rect, "x") + percent(rect, "width") / 2}%`;
  bar.append(svgElement("circle", { cx, cy: percent(rect, "y") - 4, r: 2.5 }));
}

// A bar of a paper in the page has no more than the link to its row.
function complete(bar) {
  const row = document.getElementById(decode(bar.href.baseVal.slice(1)));
  if (!row) return;
  bar.append(svgElement("title", {}, `${row.querySelector("b").textContent}: ${titleOf({ node: row })}`));
  bar.dataset.paper = row.id;
}

export function showBars() {
  for (const bar of document.querySelectorAll(".skyline a")) {
    if (!bar.dataset.paper) complete(bar);
    const { paper } = bar.dataset;
    bar.classList.toggle("is-read", hasMark(paper, "read"));
    const dot = bar.querySelector("circle");
    const isSaved = hasMark(paper, "saved");
    if (isSaved && !dot) addDot(bar);
    else if (!isSaved) dot?.remove();
  }
}

subscribe(showBars);
showBars();
