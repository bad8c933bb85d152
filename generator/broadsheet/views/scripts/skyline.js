// The bars of a skyline: hollow if their paper is read, with a dot if it is saved.

import { svgElement } from "./elements.js";
import { hasMark, subscribe } from "./storage.js";

const number = (rect, name) => parseFloat(rect.getAttribute(name));

function addDot(bar) {
  const rect = bar.querySelector("rect");
  const cx = `${number(rect, "x") + number(rect, "width") / 2}%`;
  bar.append(svgElement("circle", { cx, cy: number(rect, "y") - 4, r: 2.5 }));
}

export function showBars() {
  for (const bar of document.querySelectorAll(".skyline a")) {
    const { paper } = bar.dataset;
    bar.classList.toggle("is-read", hasMark(paper, "read"));
    const dot = bar.querySelector("circle");
    const isSaved = hasMark(paper, "saved");
    if (isSaved && !dot) addDot(bar);
    else if (!isSaved) dot?.remove();
  }
}

subscribe(showBars);
