// Swipe a paper: to the right marks it read, to the left saves it. A vertical move scrolls, as everywhere.

import { toggle, view } from "./papers.js";

const START_PX = 12;
const TRIGGER_PX = 72;
const EDGE_PX = 24; // from here, phones go back
const HELD = "input, textarea, select, pre, math, .scroll";
let swipe; // { paper, x, y, shift, isHorizontal }

const actionOf = (shift) => (shift > 0 ? "read" : "saved");

function finish() {
  if (!swipe) return;
  const { node } = swipe.paper;
  node.style.transform = "";
  delete node.dataset.swipe;
  delete node.dataset.ready;
  swipe = undefined;
}

function onDown({ pointerType, isPrimary, target, clientX: x, clientY: y }) {
  finish();
  if (pointerType !== "touch" || !isPrimary || x < EDGE_PX || x > innerWidth - EDGE_PX || target.closest(HELD)) return;
  const paper = view.visible.find(({ node }) => node.matches(".paper, .item") && node.contains(target));
  if (paper) swipe = { paper, x, y, shift: 0, isHorizontal: false };
}

function onMove({ clientX, clientY }) {
  if (!swipe) return;
  const [dx, dy] = [clientX - swipe.x, clientY - swipe.y];
  if (!swipe.isHorizontal && Math.abs(dy) > START_PX) return finish();
  swipe.isHorizontal ||= Math.abs(dx) > START_PX && Math.abs(dx) > 2 * Math.abs(dy);
  if (!swipe.isHorizontal) return;
  swipe.shift = Math.max(-1.5 * TRIGGER_PX, Math.min(1.5 * TRIGGER_PX, dx));
  const { node } = swipe.paper;
  node.style.transform = `translateX(${swipe.shift}px)`;
  node.dataset.swipe = actionOf(swipe.shift);
  node.toggleAttribute("data-ready", Math.abs(swipe.shift) >= TRIGGER_PX);
}

function onUp() {
  if (!swipe) return;
  const { paper, shift, isHorizontal } = swipe;
  finish();
  if (!isHorizontal) return;
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true));
  if (Math.abs(shift) >= TRIGGER_PX) toggle(paper, actionOf(shift));
}

// The click that ends a swipe opens nothing.
function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

addEventListener("pointerdown", onDown);
addEventListener("pointermove", onMove);
addEventListener("pointerup", onUp);
addEventListener("pointercancel", finish);
