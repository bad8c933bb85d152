// Copy the link or the citation of a paper, and say that it is done.

import { element, root } from "./elements.js";
import { bibtex } from "./export.js";
import { state } from "./storage.js";

const MESSAGE_MS = 2000;
const message = element("p", { className: "toast", role: "status" });
let timer;

function announce(text) {
  message.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => (message.textContent = ""), MESSAGE_MS);
}

async function copy(text, name) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${name} copied`);
  } catch {
    announce("This browser allows no copying here");
  }
}

const recordOf = (paper) => ({ ...state.papers.get(paper.id), ...paper.details?.() });

export const copyLink = (paper) => copy(new URL(recordOf(paper).address, root).href, "Link");

/** Copy the citation that the page has, or else the one that the page of saved papers exports. */
export function copyCitation(paper) {
  const onPage = document.querySelector(".cite pre")?.textContent;
  return copy(onPage ?? bibtex([paper.id, { ...recordOf(paper), note: "" }]), "BibTeX");
}

(document.querySelector(".md-content__inner") ?? document.body).append(message);
