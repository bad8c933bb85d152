// Selects that filter and sort a list of papers. The page's address holds the choice.

import { button, element } from "./elements.js";

const selects = new Map();
const tests = { score: (paper, value) => paper.score >= value };
let onChange;

export const chosen = (name) => selects.get(name)?.select.value ?? "";
export const chosenFacets = () => [...selects.keys()].filter((name) => name !== "sort" && chosen(name));

const matches = (paper, facet, value) => tests[facet]?.(paper, value) ?? paper[facet].includes(value);

/** Return the papers that match every chosen facet but `ignored`. */
export function filter(papers, ignored) {
  const facets = chosenFacets().filter((name) => name !== ignored);
  return papers.filter((paper) => facets.every((name) => matches(paper, name, chosen(name))));
}

function tally(papers, facet) {
  const counts = new Map();
  for (const paper of papers) for (const value of paper[facet]) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

export const scoreFrom = (score) => gettext("Score %(score)s+", { score });

// Return [value, label] of each option; none if there is nothing to choose from.
function optionsOf(papers, facet, labels) {
  if (facet === "score") {
    const sums = [...new Set(papers.map(({ score }) => Math.floor(score ?? NaN)))].filter((sum) => !Number.isNaN(sum));
    return sums.length > 1 ? sums.sort((a, b) => b - a).map((sum) => [`${sum}`, scoreFrom(sum)]) : [];
  }
  const counts = tally(papers, facet);
  const values = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
  if (facet === "year") values.sort().reverse();
  const isUseful = values.length > 1 || (counts.get(values[0]) ?? papers.length) < papers.length;
  return isUseful ? values.map((value) => [value, labels[value] ?? value]) : [];
}

function setSelect(name, options) {
  if (options.length < 2) return;
  const select =
    selects.get(name)?.select ?? element("select", { name, ariaLabel: options[0][1], onchange: updateAddress });
  const { value } = select;
  select.replaceChildren(...options.map(([value, textContent]) => element("option", { value, textContent })));
  select.value = value;
  selects.set(name, { select, options });
}

/**
 * Create the selects that `papers` need. A paper has a list of values for each facet, and a number for its score.
 * `fixed` facets have these [value, label] pairs, whatever the papers have.
 */
export function createSelects(papers, { sorts, facets, labels = {}, fixed = {} }, callback) {
  onChange = callback;
  setSelect("sort", Object.entries(sorts));
  for (const [facet, any] of Object.entries(facets)) {
    setSelect(facet, [["", any], ...(fixed[facet] ?? optionsOf(papers, facet, labels[facet] ?? {}))]);
  }
  return [...selects.values()].map(({ select }) => select);
}

/** Add a field whose value is a facet: papers `test(paper, value)`. */
export function addField(field, test) {
  selects.set(field.name, { select: field, options: [] });
  tests[field.name] = test;
  field.onchange = updateAddress;
}

/** Take the choice from the address. Return false if a value of it is no option. */
export function readAddress() {
  const parameters = new URLSearchParams(location.search);
  for (const [name, { select }] of selects) {
    select.value = parameters.get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  return [...selects.keys()].every((name) => chosen(name) === (parameters.get(name) ?? ""));
}

function updateAddress() {
  const address = new URL(location.href);
  for (const name of selects.keys()) {
    if (chosen(name)) address.searchParams.set(name, chosen(name));
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.pushState(null, "", address);
  onChange();
}

/** Show how many of `papers` each option would leave, and `suffix`. */
export function countOptions(papers, suffix = "") {
  for (const [facet, { select, options }] of selects) {
    if (facet === "sort" || !options.length) continue;
    const left = filter(papers, facet);
    const counts = facet !== "score" && tally(left, facet);
    options.slice(1).forEach(([value, label], i) => {
      const number = counts ? (counts.get(value) ?? 0) : left.filter((paper) => matches(paper, facet, value)).length;
      select[i + 1].textContent = `${label} (${number}${suffix})`;
    });
  }
  const number = chosenFacets().length;
  clear.hidden = !number && !chosen("sort");
  unfold.textContent = gettext("Filter") + (number ? ` (${number})` : "");
}

/** Show the options without numbers. */
export function clearCounts() {
  for (const { select, options } of selects.values()) {
    for (const [i, [, label]] of options.entries()) select[i].textContent = label;
  }
}

function clearSelects() {
  for (const { select } of selects.values()) select.value = "";
  updateAddress();
  selects.values().next().value.select.focus();
}

export const clear = button(gettext("Clear"), clearSelects, { className: "clear", hidden: true });

const unfold = button(gettext("Filter"), null, { className: "filter-toggle", ariaExpanded: "false" });

/** Return the controls, and the button that unfolds them on a narrow screen. */
export function foldable(...controls) {
  const filters = element("div", { className: "filters" }, ...controls);
  unfold.onclick = () => (unfold.ariaExpanded = filters.classList.toggle("open"));
  return [unfold, filters];
}
