// When a page begins.

// Calls `start` on the finished page. What it `hides` or moves is in place before the page is seen.
export function whenReady(start, hides) {
  const page = document.documentElement;
  const run = () => {
    const began = performance.now();
    try {
      start();
    } finally {
      delete page.dataset.reader;
      performance.measure("reader", { start: began });
    }
  };
  if (document.readyState !== "loading") return run();
  if (hides) page.dataset.reader = "wait";
  document.addEventListener("DOMContentLoaded", run);
}
