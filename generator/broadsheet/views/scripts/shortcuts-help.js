// The dialog that lists the keyboard shortcuts, and switches them off.

import { button, element, oneLine } from "./elements.js";
import { TARGETS } from "./shortcuts.js";
import { savePreferences, state } from "./storage.js";

const DESCRIPTIONS = {
  j: "Next paper",
  k: "Previous paper",
  o: "Open the paper",
  p: "Open its PDF",
  a: "Open its abstract page",
  f: "Fold or unfold it",
  Enter: "Fold or unfold it",
  s: "Save it, or take it off the saved papers",
  m: "Mark it read, or unread",
  x: "Mark it read, and go to the next",
  n: "Write a note on it, and save it",
  y: "Copy its citation as BibTeX",
  c: "Copy the link to it",
  "/": "Search",
  "g h": "Go home",
  "g s": "Go to the saved papers",
  "g n": "Go to what is new since your last visit",
  "?": "This help",
};
const SIGNS = { ArrowLeft: "←", ArrowRight: "→" };

let dialog;

// An arrow opens a link of the page, whose words say where it leads.
const linked = (name) => `Open “${oneLine(document.querySelector(TARGETS[name]).textContent.replace(/[‹›]/g, ""))}”`;

function line(name) {
  const term = element("dt", {}, element("kbd", { textContent: SIGNS[name] ?? name }));
  return element("div", {}, term, element("dd", { textContent: DESCRIPTIONS[name] ?? linked(name) }));
}

export function open(names) {
  if (!dialog?.open) {
    dialog?.remove(); // other keys may work now
    const enabled = element("input", {
      type: "checkbox",
      onchange: () => savePreferences({ keys: enabled.checked }),
    });
    dialog = element("dialog", { className: "digest shortcuts", ariaLabel: "Keyboard" });
    dialog.append(element("h2", { textContent: "Keyboard" }), element("dl", {}, ...names.map(line)));
    dialog.append(element("p", { className: "muted", textContent: "With Shift, o, p, a and g open a new tab." }));
    dialog.append(element("p", {}, element("label", {}, enabled, " Keyboard shortcuts are on")));
    dialog.append(button("Close", () => dialog.close()));
    enabled.checked = state.view.keys !== false;
    (document.querySelector("article.md-content__inner") ?? document.body).append(dialog);
  }
  dialog.showModal();
}
