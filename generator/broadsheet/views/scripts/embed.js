// A list of this site on another web page. That page has, where the list belongs:
//
//   <div><a href="https://SITE/publications/">Our publications</a></div>
//   <script async referrerpolicy="no-referrer" src="https://SITE/assets/embed.js" data-show="publications"></script>
//
// The list replaces the link in the <div>, which readers without scripts see. A <div> with anything else stays as it is,
// unless it has the attribute data-broadsheet; then the list follows the script. data-show is "papers" (the best of the
// newest day) or "publications", data-items a number. The script requests one file, without cookies and without a
// referrer, and writes only text and links.

{
  const embed = (script) => {
    const { show: name = "papers", items: limit } = script.dataset;
    if (name !== "papers" && name !== "publications") {
      console.warn(`data-show="${name}": use "papers" or "publications"`);
      return;
    }
    const source = new URL(`../embed/${name}.json`, script.src);

    function link(text, address) {
      const url = URL.canParse(address) ? new URL(address) : source;
      const element = document.createElement("a");
      element.textContent = text;
      if (url.protocol === "https:" || url.protocol === "http:") element.href = url.href;
      return element;
    }

    function line({ title, url, authors, note, date }) {
      const item = document.createElement("li");
      const rest = [authors, note, date?.slice(0, 4)].filter(Boolean).map((part) => `, ${part}`);
      item.append(link(title, url), ...rest);
      return item;
    }

    function isForList(place) {
      if (place?.localName !== "div") return false;
      const [first, ...others] = place.children;
      const onlyLink =
        first?.localName === "a" && !others.length && place.textContent.trim() === first.textContent.trim();
      return place.hasAttribute("data-broadsheet") || (onlyLink && first.href.startsWith(new URL("../", script.src)));
    }

    async function show() {
      const response = await fetch(source, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!response.ok) return;
      const { title, url, items } = await response.json();
      const list = document.createElement("ul");
      list.append(...items.slice(0, limit >= 1 ? Number(limit) : 5).map(line));
      const more = document.createElement("p");
      more.append(link(title, url));
      const place = script.previousElementSibling;
      if (list.firstChild) isForList(place) ? place.replaceChildren(list, more) : script.after(list, more);
    }

    show().catch(() => {}); // the page keeps what it has
  };

  // A module runs once for all its elements, and does not know its address: that of another digest may run, too. The
  // first takes all elements of both.
  const { currentScript } = document;
  const modules = document.querySelectorAll('script[type="module"][src*="assets/embed.js"]');
  for (const script of currentScript ? [currentScript] : modules) {
    if (!script.hasList) embed(script);
    script.hasList = true;
  }
}
