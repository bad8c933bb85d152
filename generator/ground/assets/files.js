// A saved paper in a file: BibTeX, RIS, Markdown.

import { oneLine, root } from "./elements.js";

export const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;

// A file from elsewhere may say anything.
export function home(id, { address = "" }) {
  const url = URL.canParse(address, root) ? new URL(address, root) : null;
  return url && url.href.startsWith(root.href) ? url.href : ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : "";
}

export const byLine = ({ authors = [], more }) => authors.join(", ") + (more ? ` and ${more} more` : "");
const TEX = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };
const tex = (text) => oneLine(text).replace(/[\\{}$&#%_^~]/g, (c) => TEX[c] ?? `\\${c}`);
const escapeMarkdown = (text) => oneLine(text).replace(/[\\`*_[\]<>#|~$]/g, "\\$&");
const place = (id, it) => (ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : home(id, it).replace(/[{}]/g, encodeURI));

function yearOf(id) {
  const [year] = (ARXIV.test(id) && /\d\d/.exec(id)) || [];
  return year ? (year > 90 ? "19" : "20") + year : "";
}

// The family name: the last word and small ones before it.
function familyFirst(name) {
  const [, given, family] = /^(\S.*?)\s+((?:\p{Ll}\S*\s+)*\S+)$/u.exec(name) ?? [];
  return !given || name.includes(",") || / (team|group|collaboration)$/i.test(name) ? name : `${family}, ${given}`;
}

export function bibtex([id, it]) {
  const names = (it.authors ?? []).map((name) => (/,| and /.test(name) ? `{${tex(name)}}` : tex(name)));
  const fields = {
    title: `{${tex(it.title ?? id)}}`,
    author: [...names, ...(it.more ? ["others"] : [])].join(" and "),
    year: yearOf(id),
    ...(ARXIV.test(id) && { eprint: id, archiveprefix: "arXiv" }),
    url: place(id, it),
    annote: tex(it.note ?? ""),
  };
  const lines = Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@misc{${id.replace(/[^\w.:/-]/g, "-")},\n${lines.join("")}}\n`;
}

export function ris([id, it]) {
  const names = (it.authors ?? []).map((name) => ["AU", familyFirst(name)]);
  const lines = [["TY", "UNPB"], ["TI", it.title ?? id], ...names];
  lines.push(["PY", yearOf(id)], ["UR", place(id, it)], ["N1", it.note ?? ""]);
  const written = lines.filter(([, value]) => value).map(([name, value]) => `${name}  - ${oneLine(value)}\r\n`);
  return `${written.join("")}ER  - \r\n`;
}

export function markdown([id, it]) {
  const title = escapeMarkdown(it.title ?? id);
  const notes = (it.note ?? "").split("\n").filter(Boolean).map((line) => `\n  > ${escapeMarkdown(line)}`);
  const said = [place(id, it) ? `[${title}](<${place(id, it)}>)` : title, escapeMarkdown(byLine(it)), escapeMarkdown(id)];
  return `- ${said.filter(Boolean).join(". ")}${notes.join("")}\n`;
}
