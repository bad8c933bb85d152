// Answer queries, a JSON list on standard input, by the scripts of a page without a browser: own SITE, or pagefind FOLDER.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [kind, folder] = [process.argv[2], resolve(process.argv[3])];
const queries = JSON.parse(readFileSync(0, "utf8"));
const MOST = 10; // of the papers of an answer

// What the scripts of the search page need of a page: elements that remember their properties and text.
class Node {
  constructor() {
    Object.assign(this, { dataset: {}, childNodes: [], textContent: "", value: "", parts: [] });
    this.classList = { toggle() {}, add() {}, remove() {}, contains: () => false };
  }
  append(...parts) {
    this.parts.push(...parts);
  }
  replaceChildren(...parts) {
    this.parts = parts;
    parts.forEach((part, i) => (this[i] = part));
    this.textContent = parts.map((part) => part.textContent ?? part).join("");
  }
  after() {}
  addEventListener() {}
  setAttribute() {}
  focus() {}
}

const STUBS = {
  "density.js": "export const startUnfolding = () => {};",
  "papers.js": "export const view = {}; export const notice = ''; export const addMarks = () => {};",
  "shortcuts.js": "export const help = () => {};",
};
const WITHOUT_PAGE = `
showPage = showPeople = async () => {}; // what is found is not drawn
export async function answerTo(words) {
  query.value = words;
  await search();
  const cards = await Promise.all(results.slice(0, ${MOST}).map(loadCard));
  return [cards.map((card) => card?.[1] ?? ""), status.textContent];
}
export const ready = start();
`;

function readUrl(url, { headers = {} } = {}) {
  const bytes = readFileSync(fileURLToPath(new URL(url, pathToFileURL(`${folder}/`))));
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(headers.Range ?? "") ?? [];
  return first ? new Response(bytes.subarray(+first, +last + 1), { status: 206 }) : new Response(bytes);
}

function unescape(text) {
  return text.replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function setGlobals(offered) {
  const byId = {};
  const documentElement = Object.assign(new Node(), { lang: "en", getAttribute: () => "en" });
  Object.assign(globalThis, {
    fetch: async (url, options) => readUrl(url, options),
    addEventListener() {},
    location: new URL("https://example.org/search/"),
    history: { replaceState() {}, pushState() {}, state: null },
    document: {
      documentElement,
      createElement: () => new Node(),
      getElementById: (id) => (byId[id] ??= Object.assign(new Node(), { dataset: { offered } })),
      querySelector: () => documentElement,
    },
  });
  globalThis.window = globalThis;
}

async function own(work) {
  const page = readFileSync(join(folder, "search/index.html"), "utf8");
  setGlobals(unescape(/data-offered="([^"]*)"/.exec(page)[1]));
  cpSync(join(folder, "assets"), join(work, "assets"), { recursive: true, dereference: true });
  symlinkSync(join(folder, "search-index"), join(work, "search-index"));
  writeFileSync(join(work, "package.json"), '{"type": "module"}');
  for (const [name, text] of Object.entries(STUBS)) writeFileSync(join(work, "assets", name), text);
  const path = join(work, "assets/search.js");
  writeFileSync(path, readFileSync(path, "utf8").replace("start().catch(fail);", "") + WITHOUT_PAGE);
  const { answerTo, ready } = await import(pathToFileURL(path));
  await ready;
  return answerTo;
}

async function pagefind(work) {
  setGlobals("");
  cpSync(join(folder, "pagefind/pagefind.js"), join(work, "pagefind.mjs"));
  const library = await import(pathToFileURL(join(work, "pagefind.mjs")));
  await library.options({ basePath: pathToFileURL(`${folder}/pagefind/`).href, baseUrl: "/" });
  await library.init();
  return async (query) => {
    const { results } = await library.search(query);
    const pages = await Promise.all(results.slice(0, MOST).map((result) => result.data()));
    return [pages.map(({ meta }) => meta.id), ""];
  };
}

const work = mkdtempSync(join(tmpdir(), "search-bench-"));
try {
  const answerTo = await { own, pagefind }[kind](work);
  const answers = [];
  for (const query of queries) answers.push(await answerTo(query));
  process.stdout.write(JSON.stringify(answers));
} finally {
  rmSync(work, { recursive: true });
}
