// The page of saved papers: export, import, and the link that takes them to another device.

import { button, element } from "./elements.js";
import { savedPapers, status, whenReady } from "./paper-list.js";
import { notice } from "./papers.js";
import { help } from "./shortcuts.js";
import { load, merge, notify, serialize, state, store, subscribe } from "./storage.js";

const CHUNK_SIZE = 2500; // papers; between two chunks the page responds
let list; // the module saved-list.js
const pause = () => new Promise((resolve) => setTimeout(resolve));

const HEADING = gettext("Saved papers");

// label → [extension, type, function of export.js, separator, heading]
const FORMATS = {
  JSON: ["json", "application/json"],
  BibTeX: ["bib", "application/x-bibtex", "bibtex", "\n"],
  RIS: ["ris", "application/x-research-info-systems", "ris", "\r\n"],
  Markdown: ["md", "text/markdown", "markdown", "", `# ${HEADING}\n\n`],
};

async function formatPapers(format, separator, heading = "") {
  const [{ [format]: write }, { citationKeys }] = await Promise.all([
    import("./export.js"),
    import("./citation-keys.js"),
  ]);
  const papers = savedPapers();
  const keys = citationKeys(papers);
  const parts = [heading];
  for (let i = 0; i < papers.length; i += CHUNK_SIZE) {
    const part = papers
      .slice(i, i + CHUNK_SIZE)
      .map((paper) => write(paper, keys.get(paper[0])))
      .join(separator);
    parts.push((i ? separator : "") + part);
    await pause();
  }
  return parts;
}

async function exportAs(label) {
  const [extension, type, format, ...rest] = FORMATS[label];
  const parts = format ? await formatPapers(format, ...rest) : [serialize(state, 1)];
  const href = URL.createObjectURL(new Blob(parts, { type }));
  element("a", { href, download: `saved-papers.${extension}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

async function copyPapers() {
  const [, , ...rest] = FORMATS.BibTeX;
  const [parts, { copyBibtex }] = await Promise.all([formatPapers(...rest), import("./copying.js")]);
  await copyBibtex(parts.join(""));
}

async function importFile({ currentTarget: input }) {
  const [file] = input.files;
  if (!file) return;
  let message;
  try {
    const [text, { parseFile }] = await Promise.all([file.text(), import("./import.js")]);
    load();
    const imported = parseFile(text);
    const before = savedPapers().length;
    const papers = [...imported.papers];
    for (let i = 0; !i || i < papers.length; i += CHUNK_SIZE) {
      await pause();
      Object.assign(state, merge(state, { ...imported, papers: new Map(papers.slice(i, i + CHUNK_SIZE)) }));
    }
    await pause();
    store();
    notify();
    const more = savedPapers().length - before;
    message = ngettext("%(more)s more saved from %(file)s.", "%(more)s more saved from %(file)s.", more, {
      more,
      file: file.name,
    });
  } catch (error) {
    message = gettext("%(file)s is not a JSON file that this page exported (%(reason)s). Nothing was changed.", {
      file: file.name,
      reason: error.message,
    });
  }
  input.value = "";
  await pause();
  list.listSaved();
  status.textContent = message;
}

const transferPanel = element("section", { id: "take", hidden: true, ariaLabel: gettext("Take it with you") });
const transfer = button(gettext("Take it with you"), showLink, { ariaExpanded: "false" });

async function showLink() {
  transferPanel.hidden = !transferPanel.hidden;
  transfer.ariaExpanded = String(!transferPanel.hidden);
  if (transferPanel.hidden) return;
  const { takeAway } = await import("./take.js");
  transferPanel.replaceChildren(...(await takeAway()));
}

// A link that brings papers asks before it changes anything.
async function receiveLink() {
  if (!/^#(ids|take)=/.test(location.hash)) return;
  const { offer } = await import("./take.js");
  offer(() => {
    list.listSaved();
    completeTitles();
  });
}

// Papers of a link have no titles. Unless the reader is at one of them, the list shows what is found.
async function completeTitles() {
  if (savedPapers().every(([, { title }]) => title)) return;
  const { completeRecords } = await import("./titles.js");
  await completeRecords().catch(() => {}); // without the files, ids remain
  if (!document.getElementById("saved").contains(document.activeElement)) list.listSaved();
}

async function start() {
  list = await import("./saved-list.js");
  const toolbar = document.getElementById("files");
  const file = element("input", { type: "file", accept: ".json", hidden: true, onchange: importFile });
  const buttons = Object.keys(FORMATS).map((label) =>
    button(label, () => exportAs(label), { ariaLabel: gettext("Export as %(format)s", { format: label }) }),
  );
  const label = element("span", { className: "muted", textContent: gettext("Export") });
  const exports = element(
    "span",
    { className: "exports" },
    label,
    ...buttons,
    button(gettext("Copy BibTeX"), copyPapers),
  );
  toolbar.append(
    status,
    file,
    button(gettext("Import"), () => file.click()),
    transfer,
    button(gettext("Keys"), help, { className: "keys" }),
    exports,
  );
  toolbar.after(notice, transferPanel);
  list.startList();
  const refresh = () => {
    list.refreshSaved();
    toolbar.classList.toggle("empty", !savedPapers().length);
  };
  subscribe(refresh);
  refresh();
  addEventListener("hashchange", receiveLink);
  await receiveLink();
  completeTitles();
}

whenReady(start, true);
