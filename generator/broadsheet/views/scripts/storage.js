// The reader's data, in this browser alone: papers saved, read and noted, and how lists are shown.
// papers: id → { saved, read, note, noted, title, authors, more, address, topics,
// relevance, novelty }. `saved`, `read`: the time (ms) of the last
// change, negative if it took the mark away. In a merge, the later change wins.

import { root } from "./elements.js";

const VERSION = 1;
const KEY = `broadsheet ${root.pathname}`;
const TIMES = ["saved", "read", "noted"];
const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

// A future time becomes now, or no later change would win. A clock may be a day off.
const clampTime = (time) => (Math.abs(time) < Date.now() + 864e5 ? time : Math.sign(time) * Date.now());

const isText = (value) => typeof value === "string";
const isTime = Number.isFinite;
const isGrade = (value) => value >= 1 && value <= 10;
const TYPES = {
  saved: isTime,
  read: isTime,
  noted: isTime,
  note: isText,
  title: isText,
  address: isText,
  authors: (value) => value.every?.(isText),
  topics: (value) => value.every?.(isText),
  relevance: isGrade,
  novelty: isGrade,
  more: (value) => value > 0 && value < 1e5,
};

// Drop values of a wrong type; fields of a later version stay.
function sanitize(record) {
  const clean = { ...record };
  for (const name in TYPES) if (name in clean && !(clean[name] && TYPES[name](clean[name]))) delete clean[name];
  for (const name of TIMES) if (clean[name]) clean[name] = clampTime(clean[name]);
  return clean;
}

/** Parse a state, or a bare list of ids or records. Throws if there is none. */
export function parse(text) {
  const data = JSON.parse(text);
  const papers = Array.isArray(data) ? data : data?.papers;
  if (!papers || typeof papers !== "object") throw new TypeError(gettext("it holds no papers"));
  const toEntry = (item) => (isText(item) ? [item, { saved: Date.now() }] : [item?.id, item]);
  const entries = Array.isArray(papers) ? papers.map(toEntry) : Object.entries(papers);
  const valid = entries.filter(([id, record]) => isText(id) && id && isObject(record));
  const view = { ...(isObject(data.view) && data.view) };
  if ("changed" in view) view.changed = clampTime(+view.changed) || 0;
  const records = valid.map(([id, record]) => [id, sanitize(record)]);
  return { rest: isObject(data) ? data : {}, papers: new Map(records), view };
}

export function serialize({ rest, papers, view }, indent) {
  const version = Math.max(VERSION, Number(rest.version) || 0);
  return JSON.stringify({ ...rest, version, papers: Object.fromEntries(papers), view }, null, indent);
}

function later(a = 0, b = 0) {
  const difference = Math.abs(a) - Math.abs(b);
  return difference ? (difference > 0 ? a : b) : Math.max(a, b);
}

function mergeRecords(ours, theirs) {
  const notes = [ours, theirs].map(({ note = "", noted = 0 }) => ({ note, noted }));
  notes.sort((a, b) => b.noted - a.noted || b.note.length - a.note.length || (a.note < b.note ? 1 : -1));
  const fuller = theirs.authors && (!ours.authors || (theirs.more ?? 0) < (ours.more ?? 0)) ? theirs : ours;
  return sanitize({
    ...theirs,
    ...ours,
    saved: later(ours.saved, theirs.saved),
    read: later(ours.read, theirs.read),
    ...notes[0],
    authors: fuller.authors,
    more: fuller.more,
  });
}

/** `theirs` (stored, or a file) wins for fields that this module does not know. */
export function merge(ours, theirs) {
  const papers = new Map(ours.papers);
  for (const [id, record] of theirs.papers) {
    papers.set(id, papers.has(id) ? mergeRecords(papers.get(id), record) : record);
  }
  const view = (theirs.view.changed ?? 0) >= (ours.view.changed ?? 0) ? theirs.view : ours.view;
  return { rest: { ...ours.rest, ...theirs.rest }, papers, view };
}

// True if `theirs` lacks a change of `ours`.
function isBehind(theirs, ours) {
  const age = (record, name) => Math.abs(record?.[name] ?? 0);
  return [...ours.papers].some(([id, record]) =>
    TIMES.some((name) => age(record, name) > age(theirs.papers.get(id), name)),
  );
}

export let state = { rest: {}, papers: new Map(), view: {} };
export let storageError = "";

let lastText;
const subscribers = [];
/** Call `callback` at each change, here or in another tab. */
export const subscribe = (callback) => subscribers.push(callback);
export function notify() {
  for (const callback of subscribers) callback();
}

/** Merge what is stored into `state`, and return it. Unreadable data is put aside, not overwritten. */
export function load() {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null || text === lastText) return null;
    try {
      const stored = parse(text);
      state = merge(state, stored);
      lastText = text;
      return stored;
    } catch {
      localStorage.setItem(`${KEY} unreadable ${Date.now()}`, text);
      localStorage.removeItem(KEY);
      storageError = gettext(
        "What was saved here could not be read. It was put aside in this browser's storage, not deleted.",
      );
      return null;
    }
  } catch {
    storageError = gettext(
      "This browser keeps nothing for this site: what you save is gone with the page, unless you export it.",
    );
    return undefined;
  }
}

/** Store the state; load first, since other tabs write too. `rest` is data of another module. */
export function store(rest) {
  storageError = "";
  const stored = load();
  Object.assign(state.rest, rest);
  if (stored === undefined) return;
  try {
    const text = serialize(state);
    localStorage.setItem(KEY, text);
    lastText = text;
  } catch {
    storageError = gettext(
      "This browser's storage is full: what you save is gone with the page, unless you export it.",
    );
  }
}

function update(id, fields) {
  const before = state.papers.get(id) ?? {};
  const now = Math.max(Date.now(), ...TIMES.map((name) => Math.abs(before[name] ?? 0) + 1));
  const after = { ...fields };
  for (const name of ["saved", "read"]) if (name in fields) after[name] = fields[name] ? now : -now;
  if ("note" in fields) after.noted = now;
  state.papers.set(id, mergeRecords(after, before));
}

/** Apply pairs of an id and fields. */
export function updateRecords(changes) {
  load();
  for (const [id, fields] of changes) update(id, fields);
  store();
  notify();
}

export const updatePapers = (ids, fields) => updateRecords(ids.map((id) => [id, fields]));

export const updatePaper = (id, fields) => updateRecords([[id, fields]]);

export function savePreferences(fields) {
  load();
  state.view = { ...state.view, ...fields, changed: Math.max(Date.now(), (state.view.changed ?? 0) + 1) };
  store();
  notify();
}

export const hasMark = (id, name) => (state.papers.get(id)?.[name] ?? 0) > 0;

function onStorage({ key, newValue }) {
  if (key !== KEY || newValue === null) return;
  const stored = load();
  if (stored && isBehind(stored, state)) store(); // both wrote at the same moment
  notify();
}

load();
addEventListener("storage", onStorage);
addEventListener("pageshow", ({ persisted }) => persisted && onStorage({ key: KEY, newValue: "" }));
