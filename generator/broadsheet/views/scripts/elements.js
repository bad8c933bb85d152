// Elements and text.

/** The address of the site. */
export const root = new URL("../", import.meta.url);

export function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

export const button = (textContent, callback, properties) =>
  Object.assign(element("button", { type: "button", textContent, ...properties }), { onclick: callback });

/** Create an element of a drawing. */
export function svgElement(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Decode a part of an address; leave a malformed one. */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Return the id that the page's address names, or "". */
export const targetId = () => decode(location.hash.slice(1));
export const oneLine = (text) => text.replace(/\s+/g, " ").trim();

const byline = (names, number) =>
  ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", number, { names, number });

/** Return authors in a line, as pages write them. */
export const joinAuthors = (authors, more) => (more ? byline(authors.join(", "), more) : authors.join(", "));

/** Return the names in such a line, and the number of other authors. */
export function splitByline(text) {
  const more = Number(/\d+(?=\D*$)/.exec(text)?.[0] ?? 0);
  const [start, end] = byline("\n", more).split("\n");
  const isCut = more && text.startsWith(start) && text.endsWith(end);
  return isCut ? [text.slice(start.length, text.length - end.length), more] : [text, 0];
}
