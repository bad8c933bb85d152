// Saved papers and settings in the address of a page: a link that another device merges with its own.

import { button, decode, element, root } from "./elements.js";
import { count, focusStatus, savedPapers } from "./paper-list.js";
import { warn } from "./papers.js";
import { ARXIV } from "./records.js";
import { hasMark, load, savePreferences, state, updatePapers } from "./storage.js";

const MAX_PAPERS = 10_000;
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

const FIRST = "0704."; // the month of the first id with a dot
const DOI = /^(doi:)?10\.\d{4,9}\/[\p{L}\p{N}._;()/:~-]+$/u;
const LOCAL = /^[a-z][a-z0-9.-]+:[\p{L}\p{N}._~/-]+$/u; // scheme:local
const ACTIVE = /^(about|blob|data|file|ftp|https?|javascript|mailto|vbscript|view-source|wss?):/;
const NO_PATH = /(^|[/:])\.{1,2}(\/|$)|\/\//;

/** Return the id in `text` without a version; "" if it is none. */
function parseId(text) {
  const id = text.trim().replace(/^arxiv:/i, "");
  const bare = id.replace(/v\d+$/, "");
  if (ARXIV.test(bare) && bare > FIRST) return bare;
  const isOther = DOI.test(id) || (LOCAL.test(id) && !ACTIVE.test(id));
  return isOther && id.length <= MAX_ID_CHARS && !NO_PATH.test(id) ? id : "";
}

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

const parseIds = (texts) => [...new Set(texts.map(parseId).filter(Boolean))];

/** Return the address of this page with `ids`, five bytes for most, and the settings. */
function linkTo(ids) {
  const others = ids.filter((id) => !packId(id)).map((id) => encodeURIComponent(id).replaceAll("~", "%7E"));
  const packed = ids.map(packId).join("");
  const settings = Object.entries(state.view).filter(isSetting);
  const parts = settings.map(([name, value]) => `${name}=${value}`);
  if (packed || !others.length) parts.unshift(`ids=${packed}`);
  if (others.length) parts.unshift(`take=${others.join("~")}`);
  return `${new URL("saved/", root).href}#${parts.join("&")}`;
}

// Return the ids and the settings in an address; what is neither is left out.
function parseLink(hash) {
  const pairs = hash
    .slice(1)
    .split("&")
    .map((part) => part.split("="));
  const { take = "", ids: packed = "", ...others } = Object.fromEntries(pairs);
  const named = take.split("~").map(decode);
  const ids = parseIds([...(packed.match(/[\w-]{5}/g) ?? []).map(unpackId), ...named]);
  const settings = Object.entries(others).filter(isSetting);
  return { ids: ids.slice(0, MAX_PAPERS), all: ids.length, settings: Object.fromEntries(settings) };
}

function takeIn(ids, { keys, ...settings }) {
  const added = ids.filter((id) => !hasMark(id, "saved"));
  updatePapers(added, { saved: true });
  if (keys) settings.keys = keys === "true";
  if (Object.keys(settings).length) savePreferences(settings);
}

/** Ask whether to add the papers of the page's address to those here, and call `callback` if they are. */
export function offer(callback) {
  const { ids, all, settings } = parseLink(location.hash);
  document.querySelector(".offer")?.remove();
  warn("");
  const hasSettings = Object.keys(settings).length > 0;
  if (!ids.length && !hasSettings) {
    return warn(gettext("This link has no papers."));
  }
  load();
  const added = ids.filter((id) => !hasMark(id, "saved"));
  const [papers, number, first] = [count(all), added.length, ids.length];
  const text = hasSettings
    ? gettext("This link has %(papers)s, %(number)s of them not saved here, and settings.", { papers, number })
    : gettext("This link has %(papers)s, %(number)s of them not saved here.", { papers, number });
  const limit = gettext("Only the first %(first)s can be added.", { first });
  const close = () => {
    history.replaceState(null, "", location.pathname + location.search);
    box.remove();
    focusStatus();
  };
  const accept = button(gettext("Add them"), () => {
    takeIn(ids, settings);
    close();
    callback();
  });
  const box = element(
    "div",
    { className: "offer", role: "group", ariaLabel: gettext("Papers of a link") },
    all > first ? `${text} ${limit} ` : `${text} `,
    accept,
    button(gettext("Leave them"), close),
  );
  document.getElementById("files").after(box);
  accept.focus();
}

// -- the link --

const OPEN = gettext("Open this link on another device.");

async function codeOf(link) {
  const { qrCode } = await import("./qr-code.js");
  const text = gettext("These are too many papers for a code: use the link.");
  return link.length > MAX_CODE_BYTES ? element("p", {}, text) : qrCode(link, gettext("QR code of the link"));
}

/** Return what shows the link and its code. */
export async function takeAway() {
  const saved = savedPapers().map(([id]) => id);
  const ids = parseIds(saved).slice(0, MAX_PAPERS);
  const link = linkTo(ids);
  const { copy } = await import("./copying.js");
  const [number, total] = [ids.length, saved.length].map((value) =>
    value.toLocaleString(document.documentElement.lang),
  );
  const papers =
    number === total
      ? gettext("It has your saved papers and settings; notes are in exported files.")
      : gettext(
          "It has the newest %(number)s of %(total)s saved papers and your settings: export JSON for all, and for notes.",
          { number, total },
        );
  const text = `${OPEN} ${papers}`;
  const field = element("input", {
    value: link,
    readOnly: true,
    ariaLabel: gettext("Link"),
    onfocus: () => field.select(),
  });
  const press = button(gettext("Copy the link"), () => copy(link, gettext("Link to your papers")));
  return [element("p", {}, text), element("p", { className: "take-link" }, field, press), await codeOf(link)];
}
