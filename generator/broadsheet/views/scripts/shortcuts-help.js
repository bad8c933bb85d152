// The dialog that lists the keys, and switches them off.

import { button, element } from "./elements.js";
import { choose, state } from "./storage.js";

let dialog;

export function show(listed) {
  if (!dialog) {
    const lines = Object.entries(listed).map(([key, [said, , sign = key]]) => {
      const term = element("dt", {}, element("kbd", { textContent: sign }));
      return element("div", {}, term, element("dd", { textContent: said }));
    });
    const keys = element("input", { type: "checkbox", onchange: () => choose({ keys: keys.checked }) });
    dialog = element("dialog", { className: "digest shortcuts", ariaLabel: "Keyboard" });
    dialog.append(element("h2", { textContent: "Keyboard" }), element("dl", {}, ...lines));
    dialog.append(element("p", {}, element("label", {}, keys, " Keyboard shortcuts are on")));
    dialog.append(button("Close", () => dialog.close()));
    keys.checked = state.view.keys !== false;
    (document.querySelector("article.md-content__inner") ?? document.body).append(dialog);
  }
  dialog.showModal();
}
