// Buttons that copy an address. Without this script they stay hidden, and the link beside them has the address.

const MESSAGE_MS = 2000;

const toast = Object.assign(document.createElement("p"), { className: "toast", role: "status" });
(document.querySelector(".md-content__inner") ?? document.body).append(toast);
let timer;

/** Show a message at the foot of the window, for a key or a button that is out of sight. */
export function announce(message) {
  toast.textContent = message;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.textContent = ""), MESSAGE_MS);
}

/** Copy `text`. If the browser refuses that, select `node`, which has the text. */
export async function copyText(button, text, node) {
  const isCopied = await write(text);
  const refused = node ? gettext("Selected, to copy") : gettext("Not allowed here");
  const message = isCopied ? gettext("Copied") : refused;
  if (!isCopied && node) select(node);
  button.dataset.label ??= button.textContent;
  button.textContent = message;
  announce(isInSight(button) ? "" : message);
  setTimeout(() => (button.textContent = button.dataset.label), MESSAGE_MS);
}

function isInSight(node) {
  const { top, bottom } = node.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

// Safari takes a text that comes later only as an item.
const itemOf = (promise) =>
  new ClipboardItem({ "text/plain": promise.then((text) => new Blob([text], { type: "text/plain" })) });

/** Write `text`, or that of a promise, to the clipboard. Return true if the browser let it. */
export async function write(text) {
  const { clipboard } = navigator;
  try {
    await (text.then ? clipboard.write([itemOf(text)]) : clipboard.writeText(text));
    return true;
  } catch {
    return copyWithoutClipboard(await text);
  }
}

// Browsers have no clipboard on plain http, but this old command.
function copyWithoutClipboard(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  const focused = document.activeElement;
  area.style.position = "fixed"; // the page must not scroll
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

function select(node) {
  node.closest("details").open = true;
  getSelection().selectAllChildren(node);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyText(button, button.dataset.copy));
}
