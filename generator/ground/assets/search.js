// Search over all papers: Pagefind's index, our list. Hits lead to a paper's place on a page, not to a page.

const PAGE = 15;
const root = new URL("../", import.meta.url);
const [query, found, hits, more] = ["query", "found", "hits", "more"].map((id) => document.getElementById(id));
let results = [];
let turn = 0;

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

// Pagefind's excerpt is escaped text with <mark> around the words found; only those marks become elements.
function excerpt(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  return [...parsed.childNodes].map((node) =>
    node.nodeName === "MARK" ? element("mark", { textContent: node.textContent }) : node.textContent
  );
}

function hit({ meta, excerpt: html }) {
  return element(
    "li",
    { className: "item" },
    element("h3", {}, element("a", { href: new URL(meta.address, root).href, textContent: meta.title })),
    element("p", { className: "by", textContent: meta.by ?? "" }),
    element("p", { className: "why" }, ...excerpt(html)),
    element("p", { className: "meta", textContent: meta.note ?? "" })
  );
}

async function show(from, mine) {
  const data = await Promise.all(results.slice(from, from + PAGE).map((result) => result.data()));
  if (mine !== turn) return;
  hits.append(...data.map(hit));
  more.hidden = hits.children.length >= results.length;
}

async function search(pagefind) {
  const mine = ++turn;
  const words = query.value.trim();
  const address = new URL(location.href);
  words ? address.searchParams.set("q", words) : address.searchParams.delete("q");
  history.replaceState(null, "", address);
  const answer = words ? await pagefind.debouncedSearch(words, {}, 150) : { results: [] };
  if (mine !== turn || answer === null) return;
  results = answer.results;
  hits.replaceChildren();
  more.hidden = true;
  found.textContent = words ? `${results.length} found` : "";
  await show(0, mine);
}

async function start() {
  const pagefind = await import(new URL("pagefind/pagefind.js", root).href);
  await pagefind.options({ baseUrl: "/", excerptLength: 28 });
  query.disabled = false;
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  query.addEventListener("input", () => search(pagefind));
  more.addEventListener("click", () => show(hits.children.length, turn));
  document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
  query.value ? await search(pagefind) : (found.textContent = "", query.focus());
}

start().catch(() => {
  found.textContent = "The search index could not be loaded. It is made by “digest build”.";
});
