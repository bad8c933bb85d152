// Saved papers and settings in the address of a page: a link that another device merges with its own.

import { button, element, root } from "./elements.js";
import { count, savedPapers, status } from "./paper-list.js";
import { load, savePreferences, state, updatePapers } from "./storage.js";

const MAX_PAPERS = 2000;
const MAX_ID_CHARS = 200;
const PACKED_CHARS = 5;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MAX_CODE_BYTES = 1250; // a camera reads little more from a screen
const SETTINGS = new Map([
  ["density", ["cards", "mixed", "headlines"]],
  ["fold", ["open", "closed"]],
  ["keys", ["true", "false"]],
]);
const isSetting = ([name, value]) => Boolean(SETTINGS.get(name)?.includes(String(value)));

// An id such as 2505.18313 takes five characters; "" if the id is of another kind.
function packId(id) {
  const [, year, month, number] = /^(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})$/.exec(id) ?? [];
  if (!year) return "";
  let value = ((year * 12 + (month - 1)) * 2 + (number.length - 4)) * 1e5 + Number(number);
  let text = "";
  for (let i = 0; i < PACKED_CHARS; i++) {
    text = DIGITS[value % 64] + text;
    value = Math.floor(value / 64);
  }
  return text;
}

function unpackId(text) {
  const value = [...text].reduce((sum, digit) => sum * 64 + DIGITS.indexOf(digit), 0);
  const [head, number] = [Math.floor(value / 1e5), value % 1e5];
  const months = Math.floor(head / 2);
  const pad = (part, length = 2) => `${part}`.padStart(length, "0");
  return `${pad(Math.floor(months / 12))}${pad((months % 12) + 1)}.${pad(number, 4 + (head % 2))}`;
}

/** Return the address of this page with the ids of the saved papers, five bytes for most, and the settings. */
function linkOfSaved() {
  const ids = savedPapers()
    .slice(0, MAX_PAPERS)
    .map(([id]) => id);
  const others = ids.filter((id) => !packId(id)).map((id) => encodeURIComponent(id).replaceAll("~", "%7E"));
  const packed = ids.map(packId).join("");
  const settings = Object.entries(state.view).filter(isSetting);
  const parts = settings.map(([name, value]) => `${name}=${value}`);
  if (packed || !others.length) parts.unshift(`ids=${packed}`);
  if (others.length) parts.unshift(`take=${others.join("~")}`);
  return `${new URL("saved/", root).href}#${parts.join("&")}`;
}

function decode(text) {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return "";
  }
}

// Return the ids and the settings in an address; what is neither is left out.
function parseLink(hash) {
  const pairs = hash
    .slice(1)
    .split("&")
    .map((part) => part.split("="));
  const { take = "", ids: packed = "", ...others } = Object.fromEntries(pairs);
  const named = take.split("~").map(decode);
  const ids = [...(packed.match(/[\w-]{5}/g) ?? []).map(unpackId), ...named].filter(
    (id) => id && id.length <= MAX_ID_CHARS,
  );
  const settings = Object.entries(others).filter(isSetting);
  return { ids: [...new Set(ids)].slice(0, MAX_PAPERS), settings: Object.fromEntries(settings) };
}

const isSaved = (id) => state.papers.get(id)?.saved > 0;

function takeIn(ids, { keys, ...settings }) {
  const added = ids.filter((id) => !isSaved(id));
  updatePapers(added, { saved: true });
  if (keys) settings.keys = keys === "true";
  if (Object.keys(settings).length) savePreferences(settings);
}

const completeTitles = async (ids) => (await import("./titles.js")).completeRecords(ids);

/** Ask whether to add the papers of the page's address to those here, and call `callback` if they are. */
export function offer(callback) {
  const { ids, settings } = parseLink(location.hash);
  load();
  const added = ids.filter((id) => !isSaved(id));
  const hasSettings = Object.keys(settings).length > 0;
  const text = `This link has ${count(ids.length)}, ${added.length} of them not saved here${hasSettings ? ", and settings" : ""}. `;
  const close = () => {
    history.replaceState(null, "", location.pathname + location.search);
    box.remove();
    status.tabIndex = -1;
    status.focus();
  };
  const accept = button("Add them", () => {
    takeIn(ids, settings);
    close();
    callback();
    completeTitles(ids).then(callback, () => {}); // without the search index, ids remain
  });
  const box = element(
    "div",
    { className: "offer", role: "group", ariaLabel: "Papers of a link" },
    text,
    accept,
    button("Leave them", close),
  );
  document.querySelector(".offer")?.remove();
  document.getElementById("files").after(box);
  accept.focus();
}

// -- the link --

async function codeOf(link) {
  const { qrCode } = await import("./qr-code.js");
  const text = "These are too many papers for a code: use the link.";
  return link.length > MAX_CODE_BYTES ? element("p", {}, text) : qrCode(link, "QR code of the link");
}

/** Return what shows the link and its code. */
export async function takeAway() {
  const link = linkOfSaved();
  const { copy } = await import("./copying.js");
  const text = "Open this link on another device. It has your saved papers and settings; notes are in exported files.";
  const field = element("input", { value: link, readOnly: true, ariaLabel: "Link", onfocus: () => field.select() });
  const press = button("Copy the link", () => copy(link, "Link to your papers"));
  return [element("p", {}, text), element("p", { className: "take-link" }, field, press), await codeOf(link)];
}
