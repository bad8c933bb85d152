// What a reader keeps in this browser alone: papers saved, read and noted, and how lists are shown.
// papers: id → { saved, read, note, noted, title, authors, more, address }. `saved`, `read`: the time (ms) of the last
// change, negative for "not any more"; merged, the later holds.

import { root } from "./elements.js";

export const VERSION = 1;
const KEY = `broadsheet ${root.pathname}`;
const STAMPS = ["saved", "read", "noted"];
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

// A time ahead is now, or no later change would hold; a clock may be a day off.
const sane = (time) => (Math.abs(time) < Date.now() + 864e5 ? time : Math.sign(time) * Date.now());

const isText = (it) => typeof it === "string";
const isStamp = Number.isFinite;
const TYPES = {
  saved: isStamp,
  read: isStamp,
  noted: isStamp,
  note: isText,
  title: isText,
  address: isText,
  authors: (it) => it.every?.(isText),
  more: (it) => it > 0 && it < 1e5,
};

// Without wrong types; what a later version added stays.
function clean(given) {
  const kept = { ...given };
  for (const name in TYPES) if (name in kept && !(kept[name] && TYPES[name](kept[name]))) delete kept[name];
  for (const name of STAMPS) if (kept[name]) kept[name] = sane(kept[name]);
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
  const view = { ...(isObject(given.view) && given.view) };
  if ("changed" in view) view.changed = sane(+view.changed) || 0;
  return { rest: isObject(given) ? given : {}, papers: new Map(sound.map(([id, it]) => [id, clean(it)])), view };
}

export function write({ rest, papers, view }, indent) {
  const version = Math.max(VERSION, Number(rest.version) || 0);
  return JSON.stringify({ ...rest, version, papers: Object.fromEntries(papers), view }, null, indent);
}

function later(one = 0, other = 0) {
  const ahead = Math.abs(one) - Math.abs(other);
  return ahead ? (ahead > 0 ? one : other) : Math.max(one, other);
}

function mergeRecords(one, other) {
  const notes = [one, other].map(({ note = "", noted = 0 }) => ({ note, noted }));
  notes.sort((a, b) => b.noted - a.noted || b.note.length - a.note.length || (a.note < b.note ? 1 : -1));
  const fuller = other.authors && (!one.authors || (other.more ?? 0) < (one.more ?? 0)) ? other : one;
  return clean({
    ...other,
    ...one,
    saved: later(one.saved, other.saved),
    read: later(one.read, other.read),
    ...notes[0],
    authors: fuller.authors,
    more: fuller.more,
  });
}

// `other`, stored or a file, knows better what this module does not know.
export function merge(one, other) {
  const papers = new Map(one.papers);
  for (const [id, it] of other.papers) papers.set(id, papers.has(id) ? mergeRecords(papers.get(id), it) : it);
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

let known;
const watchers = [];
// Calls `act` at each change, here or in another tab.
export const watch = (act) => watchers.push(act);
export const tell = () => watchers.forEach((act) => act());

// Takes in and returns what is stored. What cannot be read is put aside, never written over.
export function load() {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null || text === known) return null;
    try {
      const stored = parse(text);
      state = merge(state, stored);
      known = text;
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

// Other tabs write too: read again right before writing. `rest` is what another module keeps.
export function store(rest) {
  trouble = "";
  const stored = load();
  Object.assign(state.rest, rest);
  if (stored === undefined) return;
  try {
    const text = write(state);
    localStorage.setItem(KEY, text);
    known = text;
  } catch {
    trouble = `This browser's storage is full: ${UNKEPT}`;
  }
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

export const is = (id, name) => (state.papers.get(id)?.[name] ?? 0) > 0;

function onStorage({ key, newValue }) {
  if (key !== KEY || newValue === null) return;
  const stored = load();
  if (stored && isBehind(stored, state)) store(); // both wrote at the same moment
  tell();
}

load();
addEventListener("storage", onStorage);
addEventListener("pageshow", ({ persisted }) => persisted && onStorage({ key: KEY, newValue: "" }));
