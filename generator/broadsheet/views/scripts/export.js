// A saved paper in a file: BibTeX, RIS, Markdown.

import { oneLine, root } from "./elements.js";

export const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;

// A file from elsewhere may say anything.
export function home(id, { address = "" }) {
  const url = URL.canParse(address, root) ? new URL(address, root) : null;
  return url && url.href.startsWith(root.href) ? url.href : ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : "";
}

export const byLine = ({ authors = [], more }) => authors.join(", ") + (more ? ` and ${more} more` : "");
// BibTeX counts braces even behind a backslash.
const TEX = { "\\": "backslash", "{": "braceleft", "}": "braceright", "^": "asciicircum", "~": "asciitilde" };
const tex = (text) => oneLine(text).replace(/[\\{}$&#%_^~]/g, (c) => (TEX[c] ? `\\text${TEX[c]}{}` : `\\${c}`));
const escapeMarkdown = (text) => oneLine(text).replace(/[\\`*_[\]<>#|~$]/g, "\\$&");
const place = (id, it) => (ARXIV.test(id) ? `https://arxiv.org/abs/${id}` : home(id, it).replace(/[{}]/g, encodeURI));

function yearOf(id) {
  const [year] = (ARXIV.test(id) && /\d\d/.exec(id)) || [];
  return year ? (year > 90 ? "19" : "20") + year : "";
}

const TEAM = /\b(collaborations?|consortium|group|initiative|lab|members|network|project|team)\b/i;
const PARTICLE = /^(af|al|bin|d[aeiou]|dal|degli|de[iln]|della|der|dos|el|ibn|la|le|lo|te[nr]|van|von|zu[mr]?)$/;

// [family, suffix, given], or nothing where a name has no parts: as generator/broadsheet/model/names.py has it.
function partsOf(name) {
  const [, rest, suffix = ""] = /^(.*?)(?:,?\s+(Jr\.?|Sr\.?|II|III|IV))?$/.exec(name);
  const [, last, first] = /^([^,]+),\s*(.+)$/.exec(rest) ?? [];
  const words = rest.split(" ");
  if (TEAM.test(name) || (!last && (rest.includes(",") || words.length < 2))) return undefined;
  if (last) return [last, suffix, first];
  const particle = words.findIndex((word, i) => i && i < words.length - 1 && PARTICLE.test(word));
  const at = particle > 0 ? particle : words.length - 1;
  return [words.slice(at).join(" "), suffix, words.slice(0, at).join(" ")];
}

const guarded = (part) => (/,|\b(and|others)\b/i.test(part) ? `{${tex(part)}}` : tex(part));
const nameInBibtex = (name) => partsOf(name)?.filter(Boolean).map(guarded).join(", ") ?? `{${tex(name)}}`;

function nameInRis(name) {
  const [family, suffix, given] = partsOf(name) ?? [name];
  return [family, given, suffix].filter(Boolean).join(", ");
}

// The names of people and teams, and whether there are others.
function authorsOf({ authors = [], more }) {
  const names = authors.map(oneLine);
  const others = /^et\.? ?al\.?$/i.test(names.at(-1));
  return [others ? names.slice(0, -1) : names, more || others];
}

export function bibtex([id, it]) {
  const [names, others] = authorsOf(it);
  const fields = {
    title: `{${tex(it.title ?? id)}}`,
    author: [...names.map(nameInBibtex), ...(others ? ["others"] : [])].join(" and "),
    year: yearOf(id),
    ...(ARXIV.test(id) && { eprint: id, archiveprefix: "arXiv" }),
    url: place(id, it),
    annote: tex(it.note ?? ""),
  };
  const lines = Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@misc{${id.replace(/[^\w.:/-]/g, "-")},\n${lines.join("")}}\n`;
}

export function ris([id, it]) {
  const names = authorsOf(it)[0].map((name) => ["AU", nameInRis(name)]);
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
