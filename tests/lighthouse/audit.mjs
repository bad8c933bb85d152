// node audit.mjs ADDRESS...: Lighthouse's mobile profile over pages; one JSON object a line.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const FIGURES = {
  first_paint: "first-contentful-paint",
  largest_paint: "largest-contentful-paint",
  blocked: "total-blocking-time",
  shift: "cumulative-layout-shift",
  bytes: "total-byte-weight",
};

const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"] });
try {
  for (const address of process.argv.slice(2)) {
    const { lhr } = await lighthouse(address, { port: chrome.port, output: "json", logLevel: "error" });
    const scores = Object.fromEntries(Object.entries(lhr.categories).map(([id, { score }]) => [id, Math.round(score * 100)]));
    const figures = Object.fromEntries(Object.entries(FIGURES).map(([name, id]) => [name, lhr.audits[id].numericValue]));
    const wrong = Object.values(lhr.categories).flatMap(({ auditRefs }) =>
      auditRefs.filter(({ id, weight }) => weight && (lhr.audits[id].score ?? 1) < 0.9).map(({ id }) => id)
    );
    const reader = lhr.audits["user-timings"].details?.items.find(({ name }) => name === "reader")?.duration ?? null;
    console.log(JSON.stringify({ address, scores, ...figures, reader, wrong }));
  }
} finally {
  await chrome.kill();
}
