// A saved paper: its page, and its authors in a line.

import { root } from "./elements.js";

export const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;

/** Return the paper's page, or arXiv's. An address that is not on this site is ignored: imported files may hold any. */
export function pageOf(id, { address = "" }) {
  const url = URL.canParse(address, root) ? new URL(address, root) : null;
  return url?.href.startsWith(root.href) ? url.href : ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : "";
}

export const byline = ({ authors = [], more }) => authors.join(", ") + (more ? ` and ${more} more` : "");
