// Files of the site, each fetched once unless that fails.

import { root } from "./elements.js";

/** A page does not wait for ever. */
export const TIMEOUT_MS = 30_000;
const requests = {};

/** Return a response with the content of a file, which a host or the browser may have decompressed. */
export async function unpack(response) {
  const bytes = await response.arrayBuffer();
  const file = new Response(bytes);
  if (String(new Uint8Array(bytes.slice(0, 2))) !== "31,139") return file; // as gzip begins
  return new Response(file.body.pipeThrough(new DecompressionStream("gzip")));
}

async function request(path) {
  const response = await fetch(new URL(path, root), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(path);
  return (await unpack(response)).json();
}

/** Fetch a JSON file of the site, which may be compressed. After a failure, the next call requests it again. */
export function fetchFile(path) {
  requests[path] ??= request(path);
  requests[path].catch(() => delete requests[path]);
  return requests[path];
}
