// Saved papers and settings in the address of a page: a link that another device merges with its own.

import { button, element, root } from "./elements.js";
import { count, savedPapers, status } from "./paper-list.js";
import { load, savePreferences, state, updatePapers } from "./storage.js";

const MAX_PAPERS = 2000;
const MAX_ID_CHARS = 200;
const SETTINGS = new Map([
  ["density", ["cards", "mixed", "headlines"]],
  ["fold", ["open", "closed"]],
  ["keys", ["true", "false"]],
]);
const isSetting = ([name, value]) => Boolean(SETTINGS.get(name)?.includes(String(value)));

/** Return the address of this page with the ids of the saved papers, about twelve bytes a paper, and the settings. */
export function linkOfSaved() {
  const ids = savedPapers()
    .slice(0, MAX_PAPERS)
    .map(([id]) => encodeURIComponent(id).replaceAll("~", "%7E"));
  const settings = Object.entries(state.view).filter(isSetting);
  const parts = [`take=${ids.join("~")}`, ...settings.map(([name, value]) => `${name}=${value}`)];
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
  const { take = "", ...others } = Object.fromEntries(pairs);
  const ids = take
    .split("~")
    .map(decode)
    .filter((id) => id && id.length <= MAX_ID_CHARS);
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
