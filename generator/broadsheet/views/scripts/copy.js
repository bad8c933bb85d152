// Buttons that copy an address. Without this script they stay hidden, and the link beside them has the address.

const MESSAGE_MS = 2000;

export async function copyText(button, text) {
  let message = "Copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    message = "Not allowed here";
  }
  button.dataset.label ??= button.textContent;
  button.textContent = message;
  setTimeout(() => (button.textContent = button.dataset.label), MESSAGE_MS);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyText(button, button.dataset.copy));
}
