// The page of saved papers: notes, export and import.

import { button, element } from "./elements.js";
import { parseFile } from "./import.js";
import { count, savedPapers, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";
import { ARXIV, byline, pageOf } from "./records.js";
import { help } from "./shortcuts.js";
import { load, merge, notify, serialize, state, store, subscribe, updatePaper } from "./storage.js";

const PAGE_SIZE = 100;
const CHUNK_SIZE = 2500; // papers; between two chunks the page responds
const pause = () => new Promise((resolve) => setTimeout(resolve));

// label → [extension, type, function of export.js, separator, heading]
const FORMATS = {
  JSON: ["json", "application/json"],
  BibTeX: ["bib", "application/x-bibtex", "bibtex", "\n"],
  RIS: ["ris", "application/x-research-info-systems", "ris", "\r\n"],
  Markdown: ["md", "text/markdown", "markdown", "", "# Saved papers\n\n"],
};

async function formatPapers(format, separator, heading = "") {
  const { [format]: write } = await import("./export.js");
  const papers = savedPapers();
  const parts = [heading];
  for (let i = 0; i < papers.length; i += CHUNK_SIZE) {
    const part = papers
      .slice(i, i + CHUNK_SIZE)
      .map(write)
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

async function importFile({ currentTarget: input }) {
  const [file] = input.files;
  if (!file) return;
  let message;
  try {
    const text = await file.text();
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
    message = `${savedPapers().length - before} more saved from ${file.name}.`;
  } catch (error) {
    message = `${file.name} is not a JSON file that this page exported (${error.message}). Nothing was changed.`;
  }
  input.value = "";
  await pause();
  listSaved();
  status.textContent = message;
}

function savedItem([id, record], order) {
  const url = pageOf(id, record);
  const title = record.title ?? id;
  const date = new Date(record.saved).toLocaleDateString("en-GB", { dateStyle: "long" });
  const note = element("textarea", {
    rows: 2,
    value: record.note ?? "",
    ariaLabel: `Note on ${title}`,
    placeholder: "Note",
    oninput: () => updatePaper(id, { note: note.value }),
  });
  const arxiv = ARXIV.test(id) ? element("a", { href: `https://arxiv.org/abs/${id}`, textContent: id }) : id;
  const node = element("li", { className: "item" });
  node.append(element("h3", {}, url ? element("a", { href: url, textContent: title }) : title));
  node.append(element("p", { className: "authors", textContent: byline(record) }));
  const saved = element("span", { textContent: `saved ${date}` });
  node.append(element("p", { className: "meta" }, element("span", {}, arxiv), saved), note);
  return { node, order, id, note };
}

let limit = PAGE_SIZE;
const more = button("", () => {
  limit += PAGE_SIZE;
  listSaved();
});

function listSaved() {
  const saved = savedPapers();
  const papers = saved.slice(0, limit).map(savedItem);
  view.papers = view.visible = papers;
  papers.forEach(addMarks);
  document.getElementById("saved").replaceChildren(...papers.map(({ node }) => node));
  more.hidden = saved.length <= limit;
  more.textContent = `Show ${Math.min(PAGE_SIZE, saved.length - limit)} more`;
  status.textContent = saved.length ? count(saved.length) : "Nothing yet: press ☆ or s";
}

// Show what another tab wrote, except in the note being edited.
function refreshSaved() {
  const { papers } = view;
  const ids = new Set(papers.map(({ id }) => id));
  const isNew = savedPapers()
    .slice(0, limit)
    .some(([id]) => !ids.has(id));
  if (isNew && papers.length < limit && !papers.some(({ note }) => note === document.activeElement)) listSaved();
  for (const { id, note } of papers) {
    if (note !== document.activeElement) note.value = state.papers.get(id)?.note ?? "";
  }
}

function start() {
  const toolbar = document.getElementById("files");
  const file = element("input", { type: "file", accept: ".json", hidden: true, onchange: importFile });
  const buttons = Object.keys(FORMATS).map((label) =>
    button(label, () => exportAs(label), { ariaLabel: `Export as ${label}` }),
  );
  const label = element("span", { className: "muted", textContent: "Export" });
  const exports = element("span", { className: "exports" }, label, ...buttons);
  toolbar.append(
    status,
    file,
    button("Import", () => file.click()),
    button("Keys", help),
    exports,
  );
  toolbar.after(notice);
  document.getElementById("saved").after(more);
  listSaved();
  subscribe(refreshSaved);
}

whenReady(start, true);
