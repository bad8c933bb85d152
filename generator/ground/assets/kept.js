// What a reader keeps in this browser, and in no other place: papers saved, read and noted, and how lists are shown.
// papers: id → { saved, read, note, noted, title, authors, more, address }. `saved`, `read`: the time (ms) of the last
// change, negative for "not any more"; merged, the later holds.

import { root } from "./elements.js";

export const VERSION = 1;
const KEY = `paper-digest ${root.pathname}`; // an origin may hold several digests
const STAMPS = ["saved", "read", "noted"];
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

// Without what is of the wrong type; what a later version added stays.
function clean(given) {
  const kept = { ...given };
  for (const name of [...STAMPS, "more"]) if (!Number.isFinite(kept[name]) || !kept[name]) delete kept[name];
  for (const name of ["note", "title", "address"]) if (typeof kept[name] !== "string" || !kept[name]) delete kept[name];
  if (!Array.isArray(kept.authors) || kept.authors.some((name) => typeof name !== "string")) delete kept.authors;
  return kept;
}

// The state in a text, or in a bare list of ids or records. Throws if there is none.
export function parse(text) {
  const given = JSON.parse(text);
  const papers = Array.isArray(given) ? given : given?.papers;
  if (!papers || typeof papers !== "object") throw new TypeError("it holds no papers");
  const listed = (it) => (typeof it === "string" ? [it, { saved: Date.now() }] : [it?.id, it]);
  const entries = Array.isArray(papers) ? papers.map(listed) : Object.entries(papers);
  const sound = entries.filter(([id, it]) => typeof id === "string" && id && isObject(it));
  const kept = new Map(sound.map(([id, it]) => [id, clean(it)]));
  return { rest: isObject(given) ? given : {}, papers: kept, view: isObject(given.view) ? given.view : {} };
}

export function write({ rest, papers, view }) {
  const version = Math.max(VERSION, Number(rest.version) || 0);
  return JSON.stringify({ ...rest, version, papers: Object.fromEntries(papers), view }, null, 1);
}

function later(one = 0, other = 0) {
  const ahead = Math.abs(one) - Math.abs(other);
  return ahead ? (ahead > 0 ? one : other) : Math.max(one, other);
}

// `joined` keeps both notes where neither holds the other.
function mergeRecords(one, other, joined) {
  const notes = [one, other].map(({ note = "", noted = 0 }) => ({ note, noted }));
  notes.sort((a, b) => b.noted - a.noted || b.note.length - a.note.length || (a.note < b.note ? 1 : -1));
  const [newer, older] = notes.map(({ note }) => note);
  const both = newer.includes(older) ? newer : older.includes(newer) ? older : `${newer}\n${older}`;
  const fuller = other.authors && (!one.authors || (other.more ?? 0) < (one.more ?? 0)) ? other : one;
  return clean({
    ...other,
    ...one,
    saved: later(one.saved, other.saved),
    read: later(one.read, other.read),
    note: joined ? both : newer,
    noted: notes[0].noted,
    authors: fuller.authors,
    more: fuller.more,
  });
}

// `other` is what is stored, or a file: of what this module does not know, it knows better.
export function merge(one, other, joined = false) {
  const papers = new Map(one.papers);
  for (const [id, it] of other.papers) papers.set(id, mergeRecords(papers.get(id) ?? {}, it, joined));
  const view = (other.view.changed ?? 0) >= (one.view.changed ?? 0) ? other.view : one.view;
  return { rest: { ...one.rest, ...other.rest }, papers, view };
}

// Whether `one` knows of a change that `other` does not.
function isBehind(other, one) {
  const age = (it, name) => Math.abs(it?.[name] ?? 0);
  return [...one.papers].some(([id, it]) => STAMPS.some((name) => age(it, name) > age(other.papers.get(id), name)));
}

export let state = { rest: {}, papers: new Map(), view: {} };
export let trouble = "";
const UNKEPT = "what you save is gone with the page, unless you export it.";

const watchers = [];
// `act` is called whenever what is kept has changed, here or in another tab.
export const watch = (act) => watchers.push(act);
const tell = () => watchers.forEach((act) => act());

// Takes in and returns what is stored. What cannot be read is put aside, never written over.
function load() {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return null;
    try {
      const stored = parse(text);
      state = merge(state, stored);
      return stored;
    } catch {
      localStorage.setItem(`${KEY} unreadable ${Date.now()}`, text);
      localStorage.removeItem(KEY);
      trouble = "What was saved here could not be read. It was put aside in this browser's storage, not deleted.";
      return null;
    }
  } catch {
    trouble = `This browser keeps nothing for this site: ${UNKEPT}`;
    return undefined;
  }
}

// Other tabs write too: read again right before writing.
function store(rest) {
  trouble = "";
  const stored = load();
  Object.assign(state.rest, rest);
  if (stored === undefined) return;
  try {
    localStorage.setItem(KEY, write(state));
  } catch {
    trouble = `This browser's storage is full: ${UNKEPT}`;
  }
}

// Takes in a state from elsewhere, and loses neither its notes nor ours.
export function takeIn(given) {
  load();
  state = merge(state, given, true);
  store();
  tell();
}

export function change(id, fields) {
  load();
  const before = state.papers.get(id) ?? {};
  const now = Math.max(Date.now(), ...STAMPS.map((name) => Math.abs(before[name] ?? 0) + 1));
  const after = { ...fields };
  for (const name of ["saved", "read"]) if (name in fields) after[name] = fields[name] ? now : -now;
  if ("note" in fields) after.noted = now;
  state.papers.set(id, mergeRecords(after, before));
  store();
  tell();
}

export function choose(fields) {
  load();
  state.view = { ...state.view, ...fields, changed: Math.max(Date.now(), (state.view.changed ?? 0) + 1) };
  store();
  tell();
}
// What another module keeps under a name of its own: `renew` makes it of what is stored.
export function keep(name, renew) {
  load();
  store({ [name]: renew(state.rest[name]) });
  tell();
}

export const is = (id, name) => (state.papers.get(id)?.[name] ?? 0) > 0;
export const savedPapers = () => [...state.papers].filter(([, it]) => it.saved > 0).sort(([, a], [, b]) => b.saved - a.saved);

function onStorage({ key, newValue }) {
  if (key !== KEY || newValue === null) return;
  const stored = load();
  if (stored && isBehind(stored, state)) store(); // both wrote at the same moment
  tell();
}

load();
addEventListener("storage", onStorage);
addEventListener("pageshow", ({ persisted }) => persisted && onStorage({ key: KEY, newValue: "" }));
