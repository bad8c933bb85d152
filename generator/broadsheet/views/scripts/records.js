// A saved paper: its page, and its authors in a line.

import { joinAuthors, root } from "./elements.js";

const MONTH = "\\d\\d(?:0[1-9]|1[0-2])";
export const ARXIV = RegExp(`^(${MONTH}\\.\\d{4,5}|[a-z-]+(\\.[A-Z]{2})?/${MONTH}\\d{3})$`);

/**
 * Return the paper's page, or arXiv's. An address that is not on this site is ignored, since imported files may hold any;
 * so is that of the front page, to which an empty one leads.
 */
export function pageOf(id, { address = "" }) {
  const { href } = URL.canParse(address, root) ? new URL(address, root) : root;
  const isPage = href.startsWith(root.href) && href.replace(/[#?]$/, "") !== root.href;
  return isPage ? href : ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : "";
}

export const byline = ({ authors = [], more }) => joinAuthors(authors, more);
