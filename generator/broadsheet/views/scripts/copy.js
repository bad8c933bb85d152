// Buttons that copy an address. Without this script they stay hidden: the address stands beside them as a link.

const SHOWN = 2000; // milliseconds

async function copy({ currentTarget: button }) {
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    said = "Not allowed here";
  }
  const label = (button.dataset.label ??= button.textContent);
  button.textContent = said;
  setTimeout(() => (button.textContent = label), SHOWN);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", copy);
}
