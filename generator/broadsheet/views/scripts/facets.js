// Selects that filter and sort a list of papers. What is chosen stands in the address.

import { button, element } from "./elements.js";

const selects = new Map();
let picked;

export const chosen = (name) => selects.get(name)?.select.value ?? "";
export const facetsChosen = () => [...selects.keys()].filter((name) => name !== "sort" && chosen(name));

const fits = (paper, facet, value) =>
  facet === "score" ? paper.score >= value : paper[facet].includes(value);

// The papers that are left; `but` is a facet that does not count.
export function filter(papers, but) {
  const asked = facetsChosen().filter((name) => name !== but);
  return papers.filter((paper) => asked.every((name) => fits(paper, name, chosen(name))));
}

function tallyOf(papers, facet) {
  const tally = new Map();
  for (const paper of papers) for (const value of paper[facet]) tally.set(value, (tally.get(value) ?? 0) + 1);
  return tally;
}

// (value, label) of each choice; none if there is nothing to choose.
function offers(papers, facet, labels) {
  if (facet === "score") {
    const sums = [...new Set(papers.map(({ score }) => Math.floor(score ?? NaN)))].filter((sum) => sum === sum);
    return sums.length > 1 ? sums.sort((a, b) => b - a).map((sum) => [`${sum}`, `Score ${sum}+`]) : [];
  }
  const tally = tallyOf(papers, facet);
  const values = [...tally].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
  if (facet === "year") values.sort().reverse();
  const telling = values.length > 1 || (tally.get(values[0]) ?? papers.length) < papers.length;
  return telling ? values.map((value) => [value, labels[value] ?? value]) : [];
}

function setSelect(name, options) {
  if (options.length < 2) return;
  const select = selects.get(name)?.select ?? element("select", { name, ariaLabel: options[0][1], onchange: pick });
  const { value } = select;
  select.replaceChildren(...options.map(([value, textContent]) => element("option", { value, textContent })));
  select.value = value;
  selects.set(name, { select, options });
}

// The selects that `papers` need. A paper has a list of values for each facet, and a number for a score; `fixed` facets
// have these (value, label) whatever the papers have.
export function offer(papers, { sorts, facets, labels = {}, fixed = {} }, act) {
  picked = act;
  setSelect("sort", Object.entries(sorts));
  for (const [facet, any] of Object.entries(facets)) {
    setSelect(facet, [["", any], ...(fixed[facet] ?? offers(papers, facet, labels[facet] ?? {}))]);
  }
  return [...selects.values()].map(({ select }) => select);
}

// Takes the choice from the address; false if it names something that is not there.
export function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const [name, { select }] of selects) {
    select.value = asked.get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  return [...selects.keys()].every((name) => chosen(name) === (asked.get(name) ?? ""));
}

function pick() {
  const address = new URL(location.href);
  for (const name of selects.keys()) {
    chosen(name) ? address.searchParams.set(name, chosen(name)) : address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.pushState(null, "", address);
  picked();
}

// How many of `papers` each choice would leave; `more` stands behind the numbers.
export function countOptions(papers, more = "") {
  for (const [facet, { select, options }] of selects) {
    if (facet === "sort") continue;
    const left = filter(papers, facet);
    const tally = facet !== "score" && tallyOf(left, facet);
    options.slice(1).forEach(([value, said], i) => {
      const number = tally ? tally.get(value) ?? 0 : left.filter((it) => fits(it, facet, value)).length;
      select[i + 1].textContent = `${said} (${number}${more})`;
    });
  }
  clear.hidden = !facetsChosen().length && !chosen("sort");
}

export const clear = button("Clear", () => {
  for (const { select } of selects.values()) select.value = "";
  pick();
  selects.values().next().value.select.focus();
}, { className: "clear", hidden: true });

// What is above a list: folded away where there is little room.
export function foldable(...controls) {
  const choices = element("div", { className: "filters" }, ...controls);
  const fold = () => (unfold.ariaExpanded = choices.classList.toggle("open"));
  const unfold = button("Filter", fold, { className: "filter-toggle", ariaExpanded: "false" });
  return [unfold, choices];
}
