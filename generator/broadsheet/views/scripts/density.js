// Cards or headlines: the density of lists, and a headline that unfolds in place. The style sheet decides which rows are
// headlines (styles/rows.css): with "mixed", those after the first ten of a day or of /since/.

import { element, targetId } from "./elements.js";
import { savePreferences, state, subscribe } from "./storage.js";

const HELD = "a, button, summary, details, input, textarea, select, label, math, .scroll";

/** Return the reader's choice: "cards", "headlines" or "mixed". */
export function density() {
  const choice = state.view.density;
  return ["cards", "headlines"].includes(choice) ? choice : "mixed";
}

export const isHeadline = (node) => getComputedStyle(node).getPropertyValue("--headline") === "1";
const isUnfolded = (node) => node.classList.contains("unfolded");
export const canUnfold = (node) => isUnfolded(node) || isHeadline(node);
const abstracts = (node) => node.querySelectorAll(":scope > details");

export function unfold(node, isOpen = true) {
  node.classList.toggle("unfolded", isOpen);
  const toggle = node.querySelector("button.unfold");
  if (toggle) toggle.ariaExpanded = String(isOpen);
  for (const details of abstracts(node)) details.open = isOpen;
}

/** Unfold a headline or fold it again; fold or unfold the abstract of a card. */
export function fold(node) {
  if (canUnfold(node)) unfold(node, !isUnfolded(node));
  else for (const details of abstracts(node)) details.open = !details.open;
}

// A click on a headline's title unfolds it too; with a key or the middle button, it opens the paper as any link.
function onClick(event) {
  const { target, ctrlKey, metaKey, shiftKey, altKey } = event;
  const node = target.closest?.(".paper, .item");
  if (!node || ctrlKey || metaKey || shiftKey || altKey || !isHeadline(node)) return;
  const isTitle = event.detail && target.closest("h2, h3"); // without a pointer, a link opens
  if (!isTitle && (target.closest(HELD) || !getSelection().isCollapsed)) return;
  event.preventDefault();
  unfold(node);
}

/** Unfold the headline that the address names. */
export function unfoldTarget() {
  const node = document.getElementById(targetId());
  if (node?.matches(".paper") && isHeadline(node)) {
    unfold(node);
    node.scrollIntoView();
  }
}

// On other lists, "mixed" is cards.
const DENSITIES = { mixed: gettext("Cards"), headlines: gettext("Headlines") };
export const DAY_DENSITIES = { mixed: gettext("Mixed"), cards: gettext("Cards"), headlines: gettext("Headlines") };

/** Return a select of the densities that a list has. */
export function densitySelect(labels = DENSITIES) {
  const options = Object.entries(labels).map(([value, textContent]) => element("option", { value, textContent }));
  const properties = { name: "density", ariaLabel: gettext("Density") };
  const select = element("select", properties, ...options);
  const show = () => (select.value = density() in labels ? density() : "mixed");
  select.onchange = () => savePreferences({ density: select.value });
  subscribe(show);
  show();
  return select;
}

const refresh = () => (document.documentElement.dataset.density = density());

/** Let headlines unfold, also the one that the address names. Call it once the list is there. */
export function startUnfolding() {
  addEventListener("click", onClick, true);
  addEventListener("hashchange", unfoldTarget);
  unfoldTarget();
}

subscribe(refresh);
refresh();
