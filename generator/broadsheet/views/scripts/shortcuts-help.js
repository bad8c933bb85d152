// The dialog that lists the keyboard shortcuts, and switches them off.

import { button, element } from "./elements.js";
import { savePreferences, state } from "./storage.js";

let dialog;

export function open(shortcuts) {
  if (!dialog?.open) {
    dialog?.remove(); // other keys may work now
    const lines = Object.entries(shortcuts).map(([key, [description, , sign = key]]) => {
      const term = element("dt", {}, element("kbd", { textContent: sign }));
      return element("div", {}, term, element("dd", { textContent: description }));
    });
    const enabled = element("input", {
      type: "checkbox",
      onchange: () => savePreferences({ keys: enabled.checked }),
    });
    dialog = element("dialog", { className: "digest shortcuts", ariaLabel: "Keyboard" });
    dialog.append(element("h2", { textContent: "Keyboard" }), element("dl", {}, ...lines));
    dialog.append(element("p", {}, element("label", {}, enabled, " Keyboard shortcuts are on")));
    dialog.append(button("Close", () => dialog.close()));
    enabled.checked = state.view.keys !== false;
    (document.querySelector("article.md-content__inner") ?? document.body).append(dialog);
  }
  dialog.showModal();
}
