// The bars of a skyline: hollow if their paper is read, with a dot if it is saved.

import { decode } from "./elements.js";
import { titleOf } from "./papers.js";
import { hasMark, subscribe } from "./storage.js";

const SVG = "http://www.w3.org/2000/svg";
const percent = (rect, name) => parseFloat(rect.getAttribute(name));

function addDot(bar) {
  const rect = bar.querySelector("rect");
  const dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("cx", `${percent(rect, "x") + percent(rect, "width") / 2}%`);
  dot.setAttribute("cy", percent(rect, "y") - 4);
  dot.setAttribute("r", 2.5);
  bar.append(dot);
}

// A bar of a paper in the page has no more than the link to its row.
function complete(bar) {
  const row = document.getElementById(decode(bar.href.baseVal.slice(1)));
  if (!row) return;
  const title = document.createElementNS(SVG, "title");
  title.textContent = `${row.querySelector("b").textContent}: ${titleOf({ node: row })}`;
  bar.append(title);
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
