// The page of saved papers: notes, and files in and out.

import { button, element } from "./elements.js";
import { ARXIV, bibtex, byLine, home, markdown, ris } from "./export.js";
import { change, load, merge, state, store, tell, watch, write } from "./storage.js";
import { help } from "./shortcuts.js";
import { count, savedPapers, status, whenReady } from "./paper-list.js";
import { addMarks, here, notice } from "./papers.js";
import { take } from "./import.js";

// What is listed at a time, and done in one go: the page answers in between, whatever a file brought.
const AT_ONCE = 100;
const IN_ONE_GO = 2500;
const pause = () => new Promise((go) => setTimeout(go));

const FORMATS = {
  JSON: ["json", "application/json"],
  BibTeX: ["bib", "application/x-bibtex", bibtex, "\n"],
  RIS: ["ris", "application/x-research-info-systems", ris, "\r\n"],
  Markdown: ["md", "text/markdown", markdown, "", "# Saved papers\n\n"],
};

async function written(one, between, head = "") {
  const papers = savedPapers();
  const parts = [head];
  for (let at = 0; at < papers.length; at += IN_ONE_GO) {
    const part = papers.slice(at, at + IN_ONE_GO).map(one).join(between);
    parts.push((at ? between : "") + part);
    await pause();
  }
  return parts;
}

async function exportAs(name) {
  const [ending, type, one, ...how] = FORMATS[name];
  const href = URL.createObjectURL(new Blob(one ? await written(one, ...how) : [write(state, 1)], { type }));
  element("a", { href, download: `saved-papers.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

async function importFile({ currentTarget: input }) {
  const [file] = input.files;
  if (!file) return;
  let said;
  try {
    const text = await file.text();
    load();
    const given = take(text);
    const before = savedPapers().length;
    const papers = [...given.papers];
    for (let at = 0; !at || at < papers.length; at += IN_ONE_GO) {
      await pause();
      Object.assign(state, merge(state, { ...given, papers: new Map(papers.slice(at, at + IN_ONE_GO)) }));
    }
    await pause();
    store();
    tell();
    said = `${savedPapers().length - before} more saved from ${file.name}.`;
  } catch (error) {
    said = `${file.name} is not a JSON file that this page exported (${error.message}). Nothing was changed.`;
  }
  input.value = "";
  await pause();
  listSaved();
  status.textContent = said;
}

function savedItem([id, it], order) {
  const url = home(id, it);
  const title = it.title ?? id;
  const when = new Date(it.saved).toLocaleDateString("en-GB", { dateStyle: "long" });
  const note = element("textarea", { rows: 2, value: it.note ?? "", ariaLabel: `Note on ${title}`, placeholder: "Note" });
  note.oninput = () => change(id, { note: note.value });
  const arxiv = ARXIV.test(id) ? element("a", { href: `https://arxiv.org/abs/${id}`, textContent: id }) : id;
  const node = element("li", { className: "item" });
  node.append(element("h3", {}, url ? element("a", { href: url, textContent: title }) : title));
  node.append(element("p", { className: "authors", textContent: byLine(it) }));
  const said = element("span", { textContent: `saved ${when}` });
  node.append(element("p", { className: "meta" }, element("span", {}, arxiv), said), note);
  return { node, order, id, note };
}

let most = AT_ONCE; // so many are listed
const more = button("", () => {
  most += AT_ONCE;
  listSaved();
});

function listSaved() {
  const saved = savedPapers();
  const papers = (here.shown = here.papers = saved.slice(0, most).map(savedItem));
  papers.forEach(addMarks);
  document.getElementById("saved").replaceChildren(...papers.map(({ node }) => node));
  more.hidden = saved.length <= most;
  more.textContent = `Show ${Math.min(AT_ONCE, saved.length - most)} more`;
  status.textContent = saved.length ? count(saved.length) : "Nothing yet: press ☆ or s";
}

// Another tab wrote: show it, but not under the writer's hand.
function refreshSaved() {
  const { papers } = here;
  const listed = new Set(papers.map(({ id }) => id));
  const isNew = savedPapers().slice(0, most).some(([id]) => !listed.has(id));
  if (isNew && papers.length < most && !papers.some(({ note }) => note === document.activeElement)) listSaved();
  for (const { id, note } of papers) if (note !== document.activeElement) note.value = state.papers.get(id)?.note ?? "";
}

function start() {
  const box = document.getElementById("files");
  const file = element("input", { type: "file", accept: ".json", hidden: true, onchange: importFile });
  const exports = Object.keys(FORMATS).map((name) => button(name, () => exportAs(name), { ariaLabel: `Export as ${name}` }));
  const out = element("span", { className: "exports" }, element("span", { className: "muted", textContent: "Export" }), ...exports);
  box.append(status, file, button("Import", () => file.click()), button("Keys", help), out);
  box.after(notice);
  document.getElementById("saved").after(more);
  listSaved();
  watch(refreshSaved);
}

whenReady(start, true);
