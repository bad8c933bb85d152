// A page that is not there: the search looks for the paper in its address.

import { decode } from "./elements.js";

const [, name] = /\/papers\/(.+?)\/?$/.exec(location.pathname) ?? [];
const search = document.querySelector(".missing form");
if (name && search) {
  search.elements.q.value = decode(name);
  location.replace(`${search.action}?${new URLSearchParams(new FormData(search))}`);
}
