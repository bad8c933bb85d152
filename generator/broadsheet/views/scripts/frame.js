// The colours: as the system has them, or as the reader chose; and Escape, which puts away what a score says (WCAG
// 1.4.13). The style sheet does the rest.
{
  const page = document.documentElement;
  const KEY = `broadsheet ${new URL("../", document.currentScript.src).pathname} colours`;
  const CHOICES = { auto: ["◐", "as the system"], light: ["☼", "light"], dark: ["☾", "dark"] };
  const names = Object.keys(CHOICES);
  let button;
  let chosen;

  const show = (name) => {
    chosen = names.includes(name) ? name : "auto";
    page.dataset.colours = chosen;
    if (!button) return;
    const [sign, said] = CHOICES[chosen];
    button.textContent = sign;
    button.title = button.ariaLabel = `Colours: ${said}`;
  };

  const next = () => {
    show(names[(names.indexOf(chosen) + 1) % names.length]);
    try {
      localStorage.setItem(KEY, chosen);
    } catch {} // it holds for this page
  };

  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  show(kept());
  const scoreOf = (target) => target?.closest?.("[popovertarget]");
  addEventListener("keydown", ({ key }) => key === "Escape" && (page.dataset.dismissed = ""));
  for (const leaving of ["pointerout", "focusout"]) {
    addEventListener(leaving, ({ target, relatedTarget }) => scoreOf(target) !== scoreOf(relatedTarget) && delete page.dataset.dismissed);
  }

  addEventListener("storage", ({ key, newValue }) => key === KEY && show(newValue));
  addEventListener("DOMContentLoaded", () => {
    button = document.querySelector(".colours");
    button?.addEventListener("click", next);
    show(chosen);
  });
}
