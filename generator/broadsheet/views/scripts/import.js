// Read a file of saved papers, within limits, and keep the notes of both sides.

import { parse, state } from "./storage.js";

const MAX_PAPERS = 100000;
const MAX_LENGTHS = { note: 20000, title: 2000, address: 2000, authors: 1000, topics: 100 }; // characters; of lists, items

function truncate(record) {
  for (const [name, length] of Object.entries(MAX_LENGTHS)) {
    if (record[name]?.length > length) record[name] = record[name].slice(0, length);
  }
}

// Join both notes unless one contains the other. The merge takes the joined note as the later one.
function joinNotes(record, { note = "", noted = 0 } = {}) {
  if (!note || !record.note || record.note.includes(note)) return;
  const [first, second] = (record.noted ?? 0) > noted ? [record.note, note] : [note, record.note];
  record.note = note.includes(record.note) ? note : `${first}\n${second}`;
  record.noted = Math.max(record.noted ?? 0, noted);
}

/** Return the state in a file's text. Throw if there is none. */
export function parseFile(text) {
  const imported = parse(text);
  if (imported.papers.size > MAX_PAPERS) {
    throw new TypeError(gettext("it holds more than %(papers)s papers", { papers: MAX_PAPERS }));
  }
  for (const [id, record] of imported.papers) {
    truncate(record);
    joinNotes(record, state.papers.get(id));
  }
  return imported;
}
