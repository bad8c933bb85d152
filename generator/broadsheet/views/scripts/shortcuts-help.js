// The dialog that lists the keyboard shortcuts, and switches them off.

import { button, element, oneLine } from "./elements.js";
import { TARGETS } from "./shortcuts.js";
import { savePreferences, state } from "./storage.js";

const DESCRIPTIONS = {
  j: gettext("Next paper"),
  k: gettext("Previous paper"),
  o: gettext("Open the paper"),
  p: gettext("Open its PDF"),
  a: gettext("Open its abstract page"),
  f: gettext("Fold or unfold it"),
  Enter: gettext("Fold or unfold it"),
  s: gettext("Save it, or take it off the saved papers"),
  m: gettext("Mark it read, or unread"),
  x: gettext("Mark it read, and go to the next"),
  n: gettext("Write a note on it, and save it"),
  y: gettext("Copy its citation as BibTeX"),
  c: gettext("Copy the link to it"),
  "/": gettext("Search"),
  "g h": gettext("Go home"),
  "g s": gettext("Go to the saved papers"),
  "g n": gettext("Go to what is new since your last visit"),
  "?": gettext("Show this help"),
};
const SIGNS = { ArrowLeft: "←", ArrowRight: "→" };

let dialog;

// An arrow opens a link of the page, whose words say where it leads.
function linked(name) {
  const link = oneLine(document.querySelector(TARGETS[name]).textContent.replace(/[‹›]/g, ""));
  return gettext("Open “%(link)s”", { link });
}

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
    dialog = element("dialog", { className: "digest shortcuts", ariaLabel: gettext("Keyboard") });
    dialog.append(element("h2", { textContent: gettext("Keyboard") }), element("dl", {}, ...names.map(line)));
    const hint = gettext("With Shift, o, p, a and g open a new tab.");
    dialog.append(element("p", { className: "muted", textContent: hint }));
    dialog.append(element("p", {}, element("label", {}, enabled, " ", gettext("Keyboard shortcuts are on"))));
    dialog.append(button(gettext("Close"), () => dialog.close()));
    enabled.checked = state.view.keys !== false;
    (document.querySelector("article.md-content__inner") ?? document.body).append(dialog);
  }
  dialog.showModal();
}
