// The page of saved papers: notes, and files in and out.

import { button, count, element } from "./elements.js";
import { ARXIV, bibtex, byLine, home, markdown, ris } from "./files.js";
import { change, parse, savedPapers, state, takeIn, watch, write } from "./kept.js";
import { help } from "./keys.js";
import { addMarks, here, notice, status, whenReady } from "./papers.js";

const FORMATS = {
  JSON: ["json", "application/json", () => write(state)],
  BibTeX: ["bib", "application/x-bibtex", () => savedPapers().map(bibtex).join("\n")],
  RIS: ["ris", "application/x-research-info-systems", () => savedPapers().map(ris).join("\r\n")],
  Markdown: ["md", "text/markdown", () => `# Saved papers\n\n${savedPapers().map(markdown).join("")}`],
};

function exportAs(name) {
  const [ending, type, make] = FORMATS[name];
  const href = URL.createObjectURL(new Blob([make()], { type }));
  element("a", { href, download: `saved-papers.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

async function importFile({ currentTarget: input }) {
  const [file] = input.files;
  if (!file) return;
  let said;
  try {
    const given = parse(await file.text());
    const before = savedPapers().length;
    takeIn(given);
    said = `${savedPapers().length - before} more saved from ${file.name}.`;
  } catch (error) {
    said = `${file.name} is not a JSON file that this page exported (${error.message}). Nothing was changed.`;
  }
  input.value = "";
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
  node.append(element("p", { className: "by", textContent: byLine(it) }));
  const said = element("span", { textContent: `saved ${when}` });
  node.append(element("p", { className: "meta" }, element("span", {}, arxiv), said), note);
  return { node, order, id, note, listed: true };
}

function listSaved() {
  const papers = (here.shown = here.papers = savedPapers().map(savedItem));
  papers.forEach(addMarks);
  document.getElementById("saved").replaceChildren(...papers.map(({ node }) => node));
  status.textContent = papers.length ? count(papers.length) : "Nothing yet: press ☆ or s";
}

// Another tab wrote: show it, but not under the writer's hand.
function refreshSaved() {
  const { papers } = here;
  const listed = new Set(papers.map(({ id }) => id));
  if (savedPapers().some(([id]) => !listed.has(id)) && !papers.some(({ note }) => note === document.activeElement)) listSaved();
  for (const { id, note } of papers) if (note !== document.activeElement) note.value = state.papers.get(id)?.note ?? "";
}

function start() {
  const box = document.getElementById("files");
  const file = element("input", { type: "file", accept: ".json", hidden: true, onchange: importFile });
  const exports = Object.keys(FORMATS).map((name) => button(name, () => exportAs(name), { ariaLabel: `Export as ${name}` }));
  const out = element("span", { className: "exports" }, element("span", { className: "dim", textContent: "Export" }), ...exports);
  box.append(status, file, button("Import", () => file.click()), button("Keys", help), out);
  box.after(notice);
  listSaved();
  watch(refreshSaved);
}

whenReady(start, true);
