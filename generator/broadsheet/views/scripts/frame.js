// The colour scheme: the system's, or the reader's choice. Escape hides the popover of a score (WCAG 1.4.13). The style
// sheet does the rest. The first key that works on every page loads the script of shortcuts, where nothing else has.
{
  const page = document.documentElement;
  const KEY = `broadsheet ${new URL("../", document.currentScript.src).pathname} colours`;
  const SCHEMES = {
    auto: ["◐", gettext("Colours: as the system")],
    light: ["☼", gettext("Colours: light")],
    dark: ["☾", gettext("Colours: dark")],
  };
  const names = Object.keys(SCHEMES);
  let button;
  let scheme;

  const apply = (name) => {
    scheme = names.includes(name) ? name : "auto";
    page.dataset.colours = scheme;
    if (!button) return;
    const [symbol, label] = SCHEMES[scheme];
    button.textContent = symbol;
    button.title = button.ariaLabel = label;
  };

  const next = () => {
    apply(names[(names.indexOf(scheme) + 1) % names.length]);
    try {
      localStorage.setItem(KEY, scheme);
    } catch {} // without storage, the choice lasts as long as the page
  };

  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const showNews = async () => (await import("./news.js")).showNews();

  apply(stored());
  const scoreOf = (target) => target?.closest?.("[popovertarget]");
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") page.dataset.dismissed = "";
  });
  const typed = [];
  addEventListener("keydown", async (event) => {
    if ("keys" in page.dataset || !(typed.length || /^([/?g]|Arrow(Lef|Righ)t)$/i.test(event.key))) return;
    if (typed.push(event) > 1) return;
    await import("./shortcuts.js");
    for (const each of typed) each.target.dispatchEvent(new KeyboardEvent("keydown", each));
  });
  for (const type of ["pointerout", "focusout"]) {
    addEventListener(type, ({ target, relatedTarget }) => {
      if (scoreOf(target) !== scoreOf(relatedTarget)) delete page.dataset.dismissed;
    });
  }

  addEventListener("storage", ({ key, newValue }) => key === KEY && apply(newValue));
  addEventListener("DOMContentLoaded", () => {
    button = document.querySelector(".colours");
    button?.addEventListener("click", next);
    apply(scheme);
    if (!document.querySelector(".since")) showNews().catch(() => {}); // a page is whole without it
  });
}
