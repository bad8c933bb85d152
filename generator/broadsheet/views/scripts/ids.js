// Where an arXiv id or a DOI leads, in the whole archive: small lists are asked for, not the index.

import { packOf, told } from "./shards.js";

const ARXIV =
  /^(?:.*arxiv(?:\.org)?(?:[:.]|\/\w+\/)\s*|\S+\/papers\/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7}|\d{7})(?:v\d+)?(?:\.pdf)?\/?(?:[?#].*)?(?:\s+\[[\w.-]+\])?$/i;
const DOI = /^(?:doi:\s*|https?:\/\/[^/\s]+\/)?(10\.\d{4,9}\/\S+)$/i;

// The id or DOI in a text that is nothing else (an address, perhaps), as the archive writes it; "" for words.
export function nameIn(text) {
  const id = ARXIV.exec(text)?.[1].toLowerCase();
  return id ? id.replace(/\.[a-z]+(?=\/)/, "") : DOI.exec(text)?.[1].toLowerCase() ?? "";
}

// As `bucket` in generator/broadsheet/views/search_documents.py.
function bucketOf(name, { documents }) {
  const [, month] = /^(?:[a-z-]+\/)?(\d{4})(?:\.\d{4,5}|\d{3})$/.exec(name) ?? [];
  const number = [...name].reduce((sum, character) => (sum * 31 + character.codePointAt()) % 65536, 0);
  return month ?? `other-${number % (1 + Math.floor(documents / told.listed))}`;
}

// What an id or DOI leads to, null for words. It is `sure` unless ids only agree but for an archive that one of them lost.
export async function lookUp(words) {
  const name = nameIn(words);
  if (!name) return null;
  const homes = told.shards.filter((shard) => shard.ids.includes(bucketOf(name, shard))).reverse(); // the oldest first
  const lists = await Promise.all(homes.map((shard) => packOf(shard, `ids/${bucketOf(name, shard)}`)));
  const listed = (id) => [...new Set(lists.flatMap((list) => (Object.hasOwn(list, id) ? list[id] : [])))];
  const exact = listed(name);
  const addresses = exact.length ? exact : listed(name.split("/")[1]);
  const said = addresses.length ? `${addresses.length} found` : `This archive does not have ${name}.`;
  return { addresses, said, sure: exact.length === 1 };
}
