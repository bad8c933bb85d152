// What every script here makes pages of.

export const root = new URL("../", import.meta.url);

export function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

export const button = (textContent, act, more) =>
  Object.assign(element("button", { type: "button", textContent, ...more }), { onclick: act });
export const oneLine = (text) => text.replace(/\s+/g, " ").trim();
