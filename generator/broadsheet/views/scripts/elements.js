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
export const oneLine = (text) => text.replace(/\s+/g, " ").trim();
export const formatDate = (date) => new Date(date).toUTCString().replace(/^(\w+), 0?(\d+ \w+ \d+).*/, "$1 $2");
