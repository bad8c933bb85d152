// Filters and sorts a list of papers, moves by keyboard, saves and marks. All it knows stays in this browser.

export const VERSION = 1;
const root = new URL("../", import.meta.url);
const KEY = `paper-digest ${root.pathname}`; // an origin may hold several digests
const page = document.documentElement;
const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

const button = (textContent, act, more) =>
  Object.assign(element("button", { type: "button", textContent, ...more }), { onclick: act });
const count = (number) => `${number} paper${number === 1 ? "" : "s"}`;
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

// -- what is kept --
// papers: id → { saved, read, note, noted, title, authors, more, address }. `saved`, `read`: the time (ms) of the last
// change, negative for "not any more"; merged, the later holds.

const STAMPS = ["saved", "read", "noted"];
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

// Without what is of the wrong type; what a later version added stays.
function clean(given) {
  const kept = { ...given };
  for (const name of [...STAMPS, "more"]) if (!Number.isFinite(kept[name]) || !kept[name]) delete kept[name];
  for (const name of ["note", "title", "address"]) if (typeof kept[name] !== "string" || !kept[name]) delete kept[name];
  if (!Array.isArray(kept.authors) || kept.authors.some((name) => typeof name !== "string")) delete kept.authors;
  return kept;
}

// The state in a text, or in a bare list of ids or records. Throws if there is none.
export function parse(text) {
  const given = JSON.parse(text);
  const papers = Array.isArray(given) ? given : given?.papers;
  if (!papers || typeof papers !== "object") throw new TypeError("it holds no papers");
  const listed = (it) => (typeof it === "string" ? [it, { saved: Date.now() }] : [it?.id, it]);
  const entries = Array.isArray(papers) ? papers.map(listed) : Object.entries(papers);
  const sound = entries.filter(([id, it]) => typeof id === "string" && id && isObject(it));
  const kept = new Map(sound.map(([id, it]) => [id, clean(it)]));
  return { rest: isObject(given) ? given : {}, papers: kept, view: isObject(given.view) ? given.view : {} };
}

export function write({ rest, papers, view }) {
  const version = Math.max(VERSION, Number(rest.version) || 0);
  return JSON.stringify({ ...rest, version, papers: Object.fromEntries(papers), view }, null, 1);
}

function later(one = 0, other = 0) {
  const ahead = Math.abs(one) - Math.abs(other);
  return ahead ? (ahead > 0 ? one : other) : Math.max(one, other);
}

// `joined` keeps both notes where neither holds the other.
function mergeRecords(one, other, joined) {
  const notes = [one, other].map(({ note = "", noted = 0 }) => ({ note, noted }));
  notes.sort((a, b) => b.noted - a.noted || b.note.length - a.note.length || (a.note < b.note ? 1 : -1));
  const [newer, older] = notes.map(({ note }) => note);
  const both = newer.includes(older) ? newer : older.includes(newer) ? older : `${newer}\n${older}`;
  const fuller = other.authors && (!one.authors || (other.more ?? 0) < (one.more ?? 0)) ? other : one;
  return clean({
    ...other,
    ...one,
    saved: later(one.saved, other.saved),
    read: later(one.read, other.read),
    note: joined ? both : newer,
    noted: notes[0].noted,
    authors: fuller.authors,
    more: fuller.more,
  });
}

export function merge(one, other, joined = false) {
  const papers = new Map(one.papers);
  for (const [id, it] of other.papers) papers.set(id, mergeRecords(papers.get(id) ?? {}, it, joined));
  const view = (other.view.changed ?? 0) >= (one.view.changed ?? 0) ? other.view : one.view;
  return { rest: { ...other.rest, ...one.rest }, papers, view };
}

// Whether `one` knows of a change that `other` does not.
function isBehind(other, one) {
  const age = (it, name) => Math.abs(it?.[name] ?? 0);
  return [...one.papers].some(([id, it]) => STAMPS.some((name) => age(it, name) > age(other.papers.get(id), name)));
}

let state = { rest: {}, papers: new Map(), view: {} };
let trouble = "";
const UNKEPT = "what you save is gone with the page, unless you export it.";

// Takes in and returns what is stored. What cannot be read is put aside, never written over.
function load() {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return null;
    try {
      const stored = parse(text);
      state = merge(state, stored);
      return stored;
    } catch {
      localStorage.setItem(`${KEY} unreadable ${Date.now()}`, text);
      localStorage.removeItem(KEY);
      trouble = "What was saved here could not be read. It was put aside in this browser's storage, not deleted.";
      return null;
    }
  } catch {
    trouble = `This browser keeps nothing for this site: ${UNKEPT}`;
    return undefined;
  }
}

// Other tabs write too: read again right before writing.
function store() {
  trouble = "";
  if (load() === undefined) return;
  try {
    localStorage.setItem(KEY, write(state));
  } catch {
    trouble = `This browser's storage is full: ${UNKEPT}`;
  }
}

function change(id, fields) {
  load();
  const before = state.papers.get(id) ?? {};
  const now = Math.max(Date.now(), ...STAMPS.map((name) => Math.abs(before[name] ?? 0) + 1));
  const after = { ...fields };
  for (const name of ["saved", "read"]) if (name in fields) after[name] = fields[name] ? now : -now;
  if ("note" in fields) after.noted = now;
  state.papers.set(id, mergeRecords(after, before));
  store();
  refresh();
}

function choose(fields) {
  load();
  state.view = { ...state.view, ...fields, changed: Math.max(Date.now(), (state.view.changed ?? 0) + 1) };
  store();
  refresh();
}

const is = (id, name) => (state.papers.get(id)?.[name] ?? 0) > 0;
const savedPapers = () => [...state.papers].filter(([, it]) => it.saved > 0).sort(([, a], [, b]) => b.saved - a.saved);

// -- files --

// A file from elsewhere may say anything.
function home(id, { address = "" }) {
  const url = URL.canParse(address, root) ? new URL(address, root) : null;
  return url && url.href.startsWith(root.href) ? url.href : ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : "";
}

const byLine = ({ authors = [], more }) => authors.join(", ") + (more ? ` and ${more} more` : "");
const TEX = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };
const tex = (text) => oneLine(text).replace(/[\\{}$&#%_^~]/g, (c) => TEX[c] ?? `\\${c}`);
const escapeMarkdown = (text) => oneLine(text).replace(/[\\`*_[\]<>#|~$]/g, "\\$&");
const place = (id, it) => (ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : home(id, it).replace(/[{}]/g, encodeURI));

function yearOf(id) {
  const [year] = (ARXIV.test(id) && /\d\d/.exec(id)) || [];
  return year ? (year > 90 ? "19" : "20") + year : "";
}

// The family name: the last word and small ones before it.
function familyFirst(name) {
  const [, given, family] = /^(\S.*?)\s+((?:\p{Ll}\S*\s+)*\S+)$/u.exec(name) ?? [];
  return !given || name.includes(",") || / (team|group|collaboration)$/i.test(name) ? name : `${family}, ${given}`;
}

function bibtex([id, it]) {
  const names = (it.authors ?? []).map((name) => (/,| and /.test(name) ? `{${tex(name)}}` : tex(name)));
  const fields = {
    title: `{${tex(it.title ?? id)}}`,
    author: [...names, ...(it.more ? ["others"] : [])].join(" and "),
    year: yearOf(id),
    ...(ARXIV.test(id) && { eprint: id, archiveprefix: "arXiv" }),
    url: place(id, it),
    annote: tex(it.note ?? ""),
  };
  const lines = Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@misc{${id.replace(/[^\w.:/-]/g, "-")},\n${lines.join("")}}\n`;
}

function ris([id, it]) {
  const names = (it.authors ?? []).map((name) => ["AU", familyFirst(name)]);
  const lines = [["TY", "UNPB"], ["TI", it.title ?? id], ...names];
  lines.push(["PY", yearOf(id)], ["UR", place(id, it)], ["N1", it.note ?? ""]);
  const written = lines.filter(([, value]) => value).map(([name, value]) => `${name}  - ${oneLine(value)}\r\n`);
  return `${written.join("")}ER  - \r\n`;
}

function markdown([id, it]) {
  const title = escapeMarkdown(it.title ?? id);
  const notes = (it.note ?? "").split("\n").filter(Boolean).map((line) => `\n  > ${escapeMarkdown(line)}`);
  const said = [place(id, it) ? `[${title}](<${place(id, it)}>)` : title, escapeMarkdown(byLine(it)), escapeMarkdown(id)];
  return `- ${said.filter(Boolean).join(". ")}${notes.join("")}\n`;
}

export const FORMATS = {
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
    load();
    state = merge(state, given, true);
    store();
    said = `${savedPapers().length - before} more saved from ${file.name}.`;
  } catch (error) {
    said = `${file.name} is not a JSON file that this page exported (${error.message}). Nothing was changed.`;
  }
  input.value = "";
  listSaved();
  refresh();
  status.textContent = said;
}

// -- a paper of the page --

const words = (text) => (text ? text.split(" ") : []);
const number = (text) => (text ? Number(text) : NaN);

function paperOf(node, order) {
  const { paper, topics, categories, sources, relevance, novelty, upvotes, date, published } = node.dataset;
  return {
    node,
    order,
    id: node.id || paper,
    topic: words(topics),
    category: words(categories),
    source: words(sources),
    score: number(relevance) + number(novelty),
    novelty: number(novelty),
    upvotes: number(upvotes),
    date: Date.parse(date ?? published ?? ""),
  };
}

const linkOf = ({ node }) => node.querySelector("h2 a, h3 a");
const titleOf = ({ node }) => node.dataset.title ?? oneLine(node.querySelector("h2, h3").textContent);

// What finds and cites a saved paper: its own page, or its place on this day.
function kept(paper) {
  const by = paper.node.querySelector(".by").cloneNode(true);
  by.querySelector("summary")?.replaceWith(", ");
  const [names, more] = oneLine(by.textContent).split(/ and (\d+) more$/);
  const authors = names.split(/(?:\s*,)+\s+/).filter((name) => name && name !== "Authors not given");
  const own = linkOf(paper)?.href ?? "";
  const here = `${location.origin}${location.pathname}#${encodeURIComponent(paper.id)}`;
  const address = (own.startsWith(root.href) ? own : here).replace(root.href, "");
  return { title: titleOf(paper), authors, more: Number(more ?? 0), address };
}

const toggle = (paper, name) =>
  change(paper.id, { [name]: !is(paper.id, name), ...(name === "saved" && !paper.listed && kept(paper)) });

function addMarks(paper) {
  const title = titleOf(paper);
  const mark = (name, sign, verb, key) =>
    button(sign, () => toggle(paper, name), { className: name, title: `${verb} (${key})`, ariaLabel: `${verb}: ${title}` });
  paper.marks = [mark("saved", "☆", "Save", "s"), mark("read", "✓", "Mark read", "m")];
  paper.node.append(element("span", { className: "marks" }, ...paper.marks));
}

function showMarks(paper) {
  for (const mark of paper.marks) mark.ariaPressed = String(is(paper.id, mark.className));
  paper.marks[0].textContent = is(paper.id, "saved") ? "★" : "☆";
  paper.node.classList.toggle("is-read", is(paper.id, "read"));
}

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const SORTS = { "": "Sort", score: "By score", novelty: "By novelty", date: "By date", upvotes: "By upvotes" };
const MARKS = { unread: (id) => !is(id, "read"), read: (id) => is(id, "read"), saved: (id) => is(id, "saved") };

const status = element("p", { className: "count", role: "status", ariaLive: "polite" });
const selects = new Map();
let papers = [];
let shown = [];
let list;

function fits(paper, facet, value) {
  if (!value) return true;
  if (facet === "mark") return MARKS[value](paper.id);
  return facet === "score" ? paper.score >= Number(value) : paper[facet].includes(value);
}

// (value, label) of each choice; none if there is nothing to choose.
function offers(facet, labels) {
  if (facet === "mark") return [["unread", "Unread"], ["read", "Read"], ["saved", "Saved"]];
  if (facet === "score") {
    const sums = [...new Set(papers.map(({ score }) => Math.floor(score)))].filter((sum) => sum === sum);
    return sums.length > 1 ? sums.sort((a, b) => b - a).map((sum) => [`${sum}`, `Score ${sum}+`]) : [];
  }
  const tally = new Map();
  for (const paper of papers) for (const value of paper[facet]) tally.set(value, (tally.get(value) ?? 0) + 1);
  const values = [...tally].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
  const telling = values.length > 1 || (tally.get(values[0]) ?? papers.length) < papers.length;
  return telling ? values.map((value) => [value, labels[value] ?? value]) : [];
}

function addSelect(name, options) {
  if (options.length < 2) return;
  const made = options.map(([value, textContent]) => element("option", { value, textContent }));
  const select = element("select", { name, ariaLabel: options[0][1], onchange: pick }, ...made);
  selects.set(name, { select, options });
}

function addSelects(box) {
  const labels = { topic: {}, source: JSON.parse(box.dataset.sources ?? "{}") };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const told = (name) => new Set(papers.map((paper) => paper[name]).filter((value) => value === value)).size > 1;
  addSelect("sort", Object.entries(SORTS).filter(([name]) => !name || told(name)));
  for (const [facet, any] of Object.entries(FACETS)) addSelect(facet, [["", any], ...offers(facet, labels[facet] ?? {})]);
}

const chosen = (name) => selects.get(name)?.select.value ?? "";

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const [name, { select }] of selects) {
    select.value = asked.get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  arrange();
}

function pick() {
  const address = new URL(location.href);
  for (const name of selects.keys()) {
    chosen(name) ? address.searchParams.set(name, chosen(name)) : address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.pushState(null, "", address);
  arrange();
}

function countOptions() {
  for (const [facet, { select, options }] of selects) {
    if (facet === "sort") continue;
    const others = [...selects.keys()].filter((name) => name !== facet && name !== "sort");
    const left = papers.filter((paper) => others.every((name) => fits(paper, name, chosen(name))));
    options.forEach(([value, said], i) => {
      if (value) select[i].textContent = `${said} (${left.filter((it) => fits(it, facet, value)).length})`;
    });
  }
}

function arrange() {
  const by = chosen("sort");
  const order = (a, b) => (by && (b[by] || -1) - (a[by] || -1)) || a.order - b.order; // what is unknown comes last
  const facets = Object.keys(FACETS).filter(chosen);
  const sorted = [...papers].sort(order);
  shown = sorted.filter((paper) => facets.every((facet) => fits(paper, facet, chosen(facet))));
  const visible = new Set(shown);
  for (const paper of papers) {
    paper.node.hidden = !visible.has(paper);
    if (paper.line) paper.line.hidden = paper.node.hidden;
  }
  const moved = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (sorted.some((paper, i) => paper.node !== moved[i])) {
    list.append(...sorted.map(({ node }) => node));
    papers[0].line?.parentNode.append(...sorted.map(({ line }) => line));
  }
  countOptions();
  status.textContent = facets.length ? `${shown.length} of ${count(papers.length)}` : count(papers.length);
  clear.hidden = !facets.length && !by;
}

const clear = button("Clear", () => {
  for (const { select } of selects.values()) select.value = "";
  pick();
  selects.values().next().value.select.focus();
}, { className: "clear", hidden: true });

// -- controls --

const folds = () => document.querySelectorAll(".paper > details");
const isCompact = () => state.view.density === "compact";
const compact = button("Compact", () => choose({ density: isCompact() ? "comfortable" : "compact" }));
const foldAll = button("", () => {
  choose({ fold: state.view.fold === "open" ? "closed" : "open" });
  applyFolds();
});
const saved = element("a", { href: new URL("saved/", root).href });
const notice = element("p", { className: "trouble", role: "alert" });

function applyFolds() {
  if (state.view.fold) for (const fold of folds()) fold.open = state.view.fold === "open";
}

function refresh() {
  isCompact() ? (page.dataset.density = "compact") : delete page.dataset.density;
  compact.ariaPressed = String(isCompact());
  foldAll.textContent = state.view.fold === "open" ? "Fold all" : "Unfold all";
  saved.textContent = `Saved ${savedPapers().length || ""}`.trim();
  papers.forEach(showMarks);
  if (notice.textContent !== trouble) notice.textContent = trouble;
}

function addControls(box) {
  addSelects(box);
  const choices = element("div", { className: "choices" });
  choices.append(...[...selects.values()].map(({ select }) => select), clear, compact, button("Keys", help));
  const unfold = button("Filter", () => {
    unfold.ariaExpanded = String(choices.classList.toggle("open"));
  }, { className: "unfold", ariaExpanded: "false" });
  box.append(status, unfold, choices, ...(folds().length ? [foldAll] : []), saved);
  box.after(notice);
  addEventListener("popstate", fromAddress);
  fromAddress();
}

// -- keyboard --

let at;

function current() {
  const focused = shown.find(({ node }) => node.contains(document.activeElement));
  return focused ?? (shown.includes(at) ? at : shown.find(({ node }) => node.matches(":target")));
}

function step(by) {
  const now = current();
  const next = now ? shown[shown.indexOf(now) + by] : shown.find(({ node }) => node.getBoundingClientRect().bottom > 90);
  if (!next) return;
  at = next;
  next.node.tabIndex = -1;
  next.node.focus({ preventScroll: true });
  next.node.scrollIntoView({ block: "start" });
}

const withCurrent = (act) => () => {
  const paper = current();
  if (paper) act(paper);
};
const follow = (selector) => () => document.querySelector(selector)?.click();

const KEYS = {
  j: ["Next paper", () => step(1)],
  k: ["Previous paper", () => step(-1)],
  o: ["Open the paper", withCurrent((paper) => linkOf(paper)?.click())],
  f: ["Fold or unfold its abstract", withCurrent(({ node }) => {
    for (const fold of node.querySelectorAll(":scope > details")) fold.open = !fold.open;
  })],
  s: ["Save it, or not any more", withCurrent((paper) => toggle(paper, "saved"))],
  m: ["Mark it read, or unread", withCurrent((paper) => toggle(paper, "read"))],
  "/": ["Search", () => location.assign(new URL("search/", root))],
  ArrowLeft: ["The day, week or month before", follow(".days a[rel=prev]"), "←"],
  ArrowRight: ["The one after", follow(".days a[rel=next]"), "→"],
  "?": ["This help", () => help()],
};
const BUSY = "input, textarea, select, dialog, [contenteditable], .scroll, math, pre";

function onKey(event) {
  const { key, target } = event;
  const modified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && key.length > 1);
  if (state.view.keys === false || modified || event.isComposing || event.defaultPrevented) return;
  if (!Object.hasOwn(KEYS, key) || target.closest?.(BUSY) || target.isContentEditable) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  KEYS[key][1]();
}

let dialog;

function help() {
  if (!dialog) {
    const lines = Object.entries(KEYS).map(([key, [said, , sign = key]]) => {
      const term = element("dt", {}, element("kbd", { textContent: sign }));
      return element("div", {}, term, element("dd", { textContent: said }));
    });
    const keys = element("input", { type: "checkbox", onchange: () => choose({ keys: keys.checked }) });
    dialog = element("dialog", { className: "digest keys", ariaLabel: "Keyboard" });
    dialog.append(element("h2", { textContent: "Keyboard" }), element("dl", {}, ...lines));
    dialog.append(element("p", {}, element("label", {}, keys, " Keyboard shortcuts are on")));
    dialog.append(button("Close", () => dialog.close()));
    keys.checked = state.view.keys !== false;
    (document.querySelector("article.md-content__inner") ?? document.body).append(dialog);
  }
  dialog.showModal();
}

// -- saved papers --

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
  const place = document.getElementById("saved");
  if (!place) return;
  shown = papers = savedPapers().map(savedItem);
  papers.forEach(addMarks);
  place.replaceChildren(...papers.map(({ node }) => node));
  status.textContent = papers.length ? count(papers.length) : "Nothing saved yet: press ☆ beside a paper, or s.";
}

// Another tab wrote: show it, but not under the writer's hand.
function refreshSaved() {
  const listed = new Set(papers.map(({ id }) => id));
  if (savedPapers().some(([id]) => !listed.has(id)) && !papers.some(({ note }) => note === document.activeElement)) listSaved();
  for (const { id, note } of papers) if (note !== document.activeElement) note.value = state.papers.get(id)?.note ?? "";
}

function addFiles(box) {
  const file = element("input", { type: "file", accept: ".json", onchange: importFile });
  const exports = Object.keys(FORMATS).map((name) => button(name, () => exportAs(name), { ariaLabel: `Export as ${name}` }));
  const bring = element("label", { className: "import" }, "Import ", file);
  box.append(status, element("span", { className: "dim", textContent: "Export" }), ...exports, bring, button("Keys", help));
  box.after(notice);
  listSaved();
}

// -- start --

function start() {
  const box = document.querySelector(".reader");
  list = document.querySelector(".papers, ol.list:not(#saved)");
  papers = list ? [...list.querySelectorAll("article.paper, li.item[data-paper]")].map(paperOf) : [];
  const lines = document.querySelectorAll(".contents:not(.near-misses) li");
  if (lines.length === papers.length) papers.forEach((paper, i) => (paper.line = lines[i]));
  papers.forEach(addMarks);
  shown = papers;
  if (box?.id === "files") addFiles(box);
  else if (box && papers.length) addControls(box);
  applyFolds();
  refresh();
  addEventListener("keydown", onKey);
}

function onReady() {
  const began = performance.now();
  try {
    start();
  } finally {
    delete page.dataset.reader;
    performance.measure("reader", { start: began });
  }
}

function onStorage({ key, newValue }) {
  if (key !== KEY || newValue === null) return;
  const stored = load();
  if (stored && isBehind(stored, state)) store(); // both wrote at the same moment
  if (document.getElementById("saved")) refreshSaved();
  refresh();
}

load();
refresh();
addEventListener("storage", onStorage);
addEventListener("pageshow", ({ persisted }) => persisted && onStorage({ key: KEY, newValue: "" }));
// An earlier choice is in place before it is seen.
if (document.readyState === "loading") {
  if (state.view.fold || location.search || location.pathname.endsWith("/saved/")) page.dataset.reader = "wait";
  document.addEventListener("DOMContentLoaded", onReady);
} else onReady();
