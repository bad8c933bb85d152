// A saved paper as BibTeX, RIS or Markdown.

import { citationKey, yearOf } from "./citation-keys.js";
import { oneLine } from "./elements.js";
import { authorsOf, partsOf, unbraced } from "./names.js";
import { ARXIV, byline, pageOf } from "./records.js";

// BibTeX counts braces even after a backslash.
const TEX = { "\\": "backslash", "{": "braceleft", "}": "braceright", "^": "asciicircum", "~": "asciitilde" };
const tex = (text) => oneLine(text).replace(/[\\{}$&#%_^~]/g, (c) => (TEX[c] ? `\\text${TEX[c]}{}` : `\\${c}`));
const escapeMarkdown = (text) => oneLine(text).replace(/[\\`*_[\]<>#|~$]/g, "\\$&");
const urlOf = (id, record) =>
  ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : pageOf(id, record).replace(/[{}]/g, encodeURI);

const protect = (part) => (/,|\b(and|others)\b/i.test(part) ? `{${tex(part)}}` : tex(part));
const nameInBibtex = (name) => partsOf(name)?.filter(Boolean).map(protect).join(", ") ?? `{${tex(unbraced(name))}}`;

function nameInRis(name) {
  const [family, suffix, first] = partsOf(name) ?? [unbraced(name)];
  return [family, first, suffix].filter(Boolean).join(", ");
}

/** Return the entry of a paper; a file passes a `key` that no other of its papers has. */
export function bibtex([id, record], key = citationKey([id, record])) {
  const [names, others] = authorsOf(record);
  const fields = {
    title: `{${tex(record.title ?? id)}}`,
    author: [...names.map(nameInBibtex), ...(others ? ["others"] : [])].join(" and "),
    year: yearOf(id),
    ...(ARXIV.test(id) && { eprint: id, archiveprefix: "arXiv" }),
    url: urlOf(id, record),
    annote: tex(record.note ?? ""),
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@misc{${key},\n${lines.join("")}}\n`;
}

export function ris([id, record]) {
  const names = authorsOf(record)[0].map((name) => ["AU", nameInRis(name)]);
  const lines = [["TY", "UNPB"], ["TI", record.title ?? id], ...names];
  lines.push(["PY", yearOf(id)], ["UR", urlOf(id, record)], ["N1", record.note ?? ""]);
  const text = lines.filter(([, value]) => value).map(([name, value]) => `${name}  - ${oneLine(value)}\r\n`);
  return `${text.join("")}ER  - \r\n`;
}

export function markdown([id, record]) {
  const title = escapeMarkdown(record.title ?? id);
  const notes = (record.note ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => `\n  > ${escapeMarkdown(line)}`);
  const parts = [
    urlOf(id, record) ? `[${title}](<${urlOf(id, record)}>)` : title,
    escapeMarkdown(byline(record)),
    escapeMarkdown(id),
  ];
  return `- ${parts.filter(Boolean).join(". ")}${notes.join("")}\n`;
}
