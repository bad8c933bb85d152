// Papers published since the last visit. Their list comes over the network; until then, the page has the last week.

import { startUnfolding } from "./density.js";
import { button, element, root } from "./elements.js";
import { inTime, paperOf, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";
import { help } from "./shortcuts.js";

// Keep the last week, which is in the page.
function showStaticWeek() {
  status.textContent = gettext("What is new could not be loaded: below is the last week.");
  view.papers = view.visible = [...document.querySelectorAll("#news .item")].map(paperOf);
  view.papers.forEach(addMarks);
}

const showList = async () => (await import("./news-list.js")).showList();

async function start() {
  const toolbar = document.getElementById("since");
  status.textContent = gettext("Loading …");
  const saved = element("a", { href: new URL("saved/", root).href, textContent: gettext("Saved") });
  const keys = button(gettext("Keys"), help, { className: "keys" });
  toolbar.append(status, element("div", { className: "actions" }, keys, saved));
  toolbar.after(notice);
  startUnfolding();
  await inTime(showList().catch(showStaticWeek));
}

whenReady(start, true);
