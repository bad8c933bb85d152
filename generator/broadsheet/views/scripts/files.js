// Files of the site, each fetched once unless that fails.

import { root } from "./elements.js";

const FETCH_TIMEOUT_MS = 30_000;
const requests = {};

// A page does not wait for ever.
async function request(path) {
  const response = await fetch(new URL(path, root), { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (/json$/.test(path)) return response.json();
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).json();
}

/** Fetch a JSON file of the site, which may be compressed. After a failure, the next call requests it again. */
export function fetchFile(path) {
  requests[path] ??= request(path).catch((error) => {
    delete requests[path];
    throw error;
  });
  return requests[path];
}

/** Fetch the papers of a day, the index of the days, or the ids of their papers. */
export const fetchNews = (name) => fetchFile(`since/${name}`);
