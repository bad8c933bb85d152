// The abstracts of the headlines of an old day, which a compressed file beside the page has.

import { state } from "./storage.js";

const PACK = "abstracts.pack";

async function load() {
  const { ok, body } = await fetch(PACK, { priority: "low" });
  if (!ok) throw new Error(PACK);
  const html = await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text();
  return new DOMParser().parseFromString(html, "text/html");
}

function place(abstract) {
  const row = document.getElementById(abstract.dataset.of);
  abstract.open = state.view.fold === "open" || row.classList.contains("unfolded");
  delete abstract.dataset.of;
  row.querySelector("footer").before(abstract);
}

async function start() {
  try {
    const page = await load();
    for (const abstract of page.querySelectorAll("[data-of]")) place(abstract);
  } catch {
    addEventListener("online", start, { once: true });
  }
}

start();
