// The paper that the address names, shown although the filters of the list hide it.

import { unfoldTarget } from "./density.js";
import { view, warn } from "./papers.js";

const isAfter = (a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1);

/** Show the row `node`, and let the keys reach it. */
export function show(node) {
  node.hidden = false;
  view.visible = view.papers.filter((paper) => !paper.node.hidden).sort((a, b) => isAfter(a.node, b.node));
  warn(gettext("The filters hide the paper of this link; it is shown all the same."));
  unfoldTarget();
  node.scrollIntoView();
}
