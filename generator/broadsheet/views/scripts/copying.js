// Copy the link or the citation of a paper, and say that it is done.

import { announce, write } from "./copy.js";
import { bibtex } from "./export.js";
import { pageOf } from "./records.js";
import { state } from "./storage.js";

export async function copy(text, name) {
  announce((await write(text)) ? `${name} copied` : "This browser allows no copying here");
}

const recordOf = (paper) => ({ ...state.papers.get(paper.id), ...paper.details?.() });

export function copyLink(paper) {
  const href = pageOf(paper.id, recordOf(paper));
  return href ? copy(href, "Link") : announce("This paper has no page");
}

export const copyBibtex = (text) => copy(text, "BibTeX");

/** Copy the citation that the page of saved papers exports. */
export const copyCitation = (paper) => copyBibtex(bibtex([paper.id, { ...recordOf(paper), note: "" }]));
