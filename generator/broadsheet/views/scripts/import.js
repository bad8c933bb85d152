// A file that a reader takes in: within bounds, and without loss to either's notes.

import { parse, state } from "./storage.js";

const MOST = 100000; // papers
const LONGEST = 20000; // letters of a note

const LIMITS = { note: LONGEST, title: 2000, address: 2000, authors: 1000 }; // of authors, so many names

function limit(it) {
  for (const [name, most] of Object.entries(LIMITS)) if (it[name]?.length > most) it[name] = it[name].slice(0, most);
}

// Both notes, where neither holds the other; they are merged as the later one.
function join(it, { note = "", noted = 0 } = {}) {
  if (!note || !it.note || it.note.includes(note)) return;
  const [first, last] = (it.noted ?? 0) > noted ? [it.note, note] : [note, it.note];
  it.note = note.includes(it.note) ? note : `${first}\n${last}`;
  it.noted = Math.max(it.noted ?? 0, noted);
}

// The state in the text of a file. Throws if there is none.
export function take(text) {
  const given = parse(text);
  if (given.papers.size > MOST) throw new TypeError(`it holds more than ${MOST} papers`);
  for (const [id, it] of given.papers) {
    limit(it);
    join(it, state.papers.get(id));
  }
  return given;
}
