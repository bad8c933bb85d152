// Copy the link or the citation of a paper, and say that it is done.

import { announce, write } from "./copy.js";
import { root } from "./elements.js";
import { bibtex } from "./export.js";
import { state } from "./storage.js";

export async function copy(text, name) {
  announce((await write(text)) ? `${name} copied` : "This browser allows no copying here");
}

const recordOf = (paper) => ({ ...state.papers.get(paper.id), ...paper.details?.() });

export const copyLink = (paper) => copy(new URL(recordOf(paper).address, root).href, "Link");

export const copyBibtex = (text) => copy(text, "BibTeX");

/** Copy the citation that the page of saved papers exports. */
export const copyCitation = (paper) => copyBibtex(bibtex([paper.id, { ...recordOf(paper), note: "" }]));
