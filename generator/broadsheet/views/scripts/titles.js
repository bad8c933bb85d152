// The titles and authors of papers of which only the ids are known, from their pages on this site.

import { root } from "./elements.js";
import { lookUp } from "./ids.js";
import { paperOf } from "./paper-list.js";
import { open } from "./search-index.js";
import { state, updatePaper } from "./storage.js";

const MAX_PAPERS = 200;

async function detailsOf(id) {
  const [address] = (await lookUp(id))?.addresses ?? [];
  if (!address) return null;
  const response = await fetch(new URL(address, root));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const node = page.getElementById(id) ?? page.querySelector("article[data-paper]");
  return node && { ...paperOf(node, 0).details(), address };
}

/** Complete the records of `ids` that have no title, as far as the search index leads to their pages. */
export async function completeRecords(ids) {
  await open();
  for (const id of ids.filter((name) => !state.papers.get(name)?.title).slice(0, MAX_PAPERS)) {
    const details = await detailsOf(id).catch(() => null);
    if (details) updatePaper(id, details);
  }
}
