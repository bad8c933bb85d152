// Buttons that copy a citation, one for each format of the section "Cite".

import { copyText } from "./copy.js";
import "./shortcuts.js";

// The page has the abstract once for all formats: a copy of RIS has it too.
const abstract = document.querySelector("meta[name=citation_abstract]")?.content;

function textOf(pre) {
  const text = pre.textContent;
  return abstract && !/^AB {2}- /m.test(text) ? text.replace(/^ER {2}- /m, () => `AB  - ${abstract}\nER  - `) : text;
}

const section = document.querySelector("section.cite");
const bar = document.createElement("p");
bar.className = "copy-citation";
for (const details of section?.querySelectorAll("details:has(> pre)") ?? []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  const format = details.querySelector("summary").textContent;
  button.textContent = gettext("Copy %(format)s", { format });
  const pre = details.querySelector("pre");
  button.addEventListener("click", () => copyText(button, textOf(pre), pre));
  bar.append(button, " ");
}
if (bar.firstChild) section.querySelector("h2").after(bar);
