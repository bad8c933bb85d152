// Where an arXiv id or a DOI leads, in the whole archive: one small list is asked for, not the index.

import { listOf, told } from "./shards.js";

const ARXIV =
  /^(?:.*arxiv(?:\.org)?(?:[:.]|\/\w+\/)\s*|\S+\/papers\/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7}|\d{7})(?:v\d+)?(?:\.pdf)?\/?(?:[?#].*)?$/i;
const DOI = /^(?:doi:\s*|https?:\/\/[^/\s]+\/)?(10\.\d{4,9}\/\S+)$/i;

// The id or DOI in a text that is nothing else (an address, perhaps), as the archive writes it; "" for words.
export function nameIn(text) {
  const id = ARXIV.exec(text)?.[1].toLowerCase();
  return id ? id.replace(/\.[a-z]+(?=\/)/, "") : DOI.exec(text)?.[1].toLowerCase() ?? "";
}

// As `bucket` in generator/views/search.py.
function bucketOf(name) {
  const [, month] = /^(?:[a-z-]+\/)?(\d{4})(?:\.\d{4,5}|\d{3})$/.exec(name) ?? [];
  const number = [...name].reduce((sum, character) => (sum * 31 + character.codePointAt()) % 65536, 0);
  return month ?? `other-${number % told.others}`;
}

// What an id or DOI leads to, null for words. It is `sure` unless ids only agree but for an archive that one of them lost.
export async function lookUp(words) {
  const name = nameIn(words);
  if (!name) return null;
  const bucket = bucketOf(name);
  const listed = told.ids.includes(bucket) ? await listOf(bucket) : {};
  const exact = Object.hasOwn(listed, name);
  const addresses = listed[exact ? name : name.split("/")[1]] ?? [];
  const said = addresses.length ? `${addresses.length} found` : `This archive does not have ${name}.`;
  return { addresses, said, sure: exact && addresses.length === 1 };
}
