// The abstracts of the headlines of an old day, which a compressed file beside the page has.

import { element } from "./elements.js";
import { unpack } from "./files.js";
import { state } from "./storage.js";

const PACK = "abstracts.pack";
const lost = element("p", { className: "notice", role: "alert" });

async function load() {
  const html = await (await unpack(await fetch(PACK, { priority: "low" }))).text();
  const abstracts = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-of]");
  if (!abstracts.length) throw new Error(PACK); // another page, which some hosts send for a missing file
  return abstracts;
}

function place(abstract) {
  const row = document.getElementById(abstract.dataset.of);
  abstract.open = state.view.fold === "open" || row.classList.contains("unfolded");
  delete abstract.dataset.of;
  row.querySelector("footer").before(abstract);
}

async function start() {
  try {
    for (const abstract of await load()) place(abstract);
    lost.remove();
  } catch {
    document.querySelector(".papers").before(lost);
    lost.textContent = gettext("Some abstracts could not be loaded: reload the page.");
    addEventListener("online", start, { once: true });
  }
}

start();
