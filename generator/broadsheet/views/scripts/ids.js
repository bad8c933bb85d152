// Look up an arXiv id or a DOI in the whole archive: small lists are loaded, not the index.

import { hash, manifest, packOf } from "./search-index.js";

const ARXIV =
  /^(?:.*arxiv(?:\.org)?(?:[:.]|\/\w+\/)\s*|\S+\/papers\/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7}|\d{7})(?:v\d+)?(?:\.pdf)?\/?(?:[?#].*)?(?:\s+\[[\w.-]+\])?$/i;
const DOI = /^(?:doi:\s*|https?:\/\/[^/\s]+\/)?(10\.\d{4,9}\/\S+)$/i;

/** Return the id or DOI if the text (perhaps an address) is nothing else, as the archive writes it; "" for words. */
function nameIn(text) {
  const id = ARXIV.exec(text)?.[1].toLowerCase();
  return id ? id.replace(/\.[a-z]+(?=\/)/, "") : (DOI.exec(text)?.[1].toLowerCase() ?? "");
}

// The same rule as `bucket` in generator/broadsheet/search/ids.py.
function bucketOf(name, { documents }) {
  const [, month] = /^(?:[a-z-]+\/)?(\d{4})(?:\.\d{4,5}|\d{3})$/.exec(name) ?? [];
  return month ?? `other-${hash(name) % (1 + Math.floor(documents / manifest.sizes.ids))}`;
}

// The place of a paper that the archive lacks: DOIs have a dot and a slash, ids one of them; digits alone name no archive.
function originOf(name) {
  if (/^\d+$/.test(name)) return "";
  return (DOI.test(name) ? "https://doi.org/" : "https://arxiv.org/abs/") + encodeURI(name);
}

/**
 * Find the pages of an id or DOI; null for words. The match is not `exact` if the ids agree only without the archive
 * that one of them has lost. The `origin` is an address elsewhere, if there are no pages.
 */
export async function lookUp(words) {
  const name = nameIn(words);
  if (!name) return null;
  const homes = manifest.shards.filter((shard) => shard.ids.includes(bucketOf(name, shard))).reverse(); // oldest first
  const lists = await Promise.all(homes.map((shard) => packOf(`${shard.folder}/ids/${bucketOf(name, shard)}.pack`)));
  const pagesOf = (id) => [...new Set(lists.flatMap((list) => (Object.hasOwn(list, id) ? list[id] : [])))];
  const matches = pagesOf(name);
  const addresses = matches.length ? matches : pagesOf(name.split("/")[1]);
  const number = addresses.length;
  const found = ngettext("%(number)s found", "%(number)s found", number, { number });
  const message = number ? found : gettext("This archive does not have %(name)s.", { name });
  return { addresses, message, exact: matches.length === 1, origin: number ? "" : originOf(name) };
}
