// Copy the link or the citation of a paper, and say that it is done.

import { announce, write } from "./copy.js";
import { root } from "./elements.js";
import { bibtex } from "./export.js";
import { pageOf } from "./records.js";
import { state } from "./storage.js";

const FETCH_TIMEOUT_MS = 3000; // a browser lets a key's script write for five seconds

export async function copy(text, name) {
  const isCopied = await write(text);
  announce(isCopied ? gettext("%(name)s copied", { name }) : gettext("This browser does not allow copying here"));
}

const recordOf = (paper) => ({ ...state.papers.get(paper.id), ...paper.details?.() });

export function copyLink(paper) {
  const href = pageOf(paper.id, recordOf(paper));
  return href ? copy(href, gettext("Link")) : announce(gettext("This paper has no page"));
}

export const copyBibtex = (text) => copy(text, "BibTeX");

// The citation on the paper's own page, whose key no other paper has; undefined without such a page.
async function ownCitation(address) {
  if (!address.startsWith(new URL("papers/", root))) return undefined;
  const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector(".cite pre")?.textContent;
}

async function citationOf(paper) {
  const record = recordOf(paper);
  const own = await ownCitation(pageOf(paper.id, record)).catch(() => undefined);
  return own ?? bibtex([paper.id, { ...record, note: "" }]);
}

/** Copy the citation of the paper's own page, or else the one that the page of saved papers exports. */
export const copyCitation = (paper) => copyBibtex(citationOf(paper));
