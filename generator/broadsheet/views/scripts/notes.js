// The reader's note on a paper, where the paper is. To note a paper is to save it: the page of saved papers has all notes.

import { element } from "./elements.js";
import { hasMark, state, updatePaper } from "./storage.js";

/** Return true if there are notes: a page hides itself until it has them. */
export const hasNotes = () => [...state.papers.values()].some(({ note }) => note);
export const noteOf = (id) => state.papers.get(id)?.note ?? "";

function createField(paper, title) {
  const { node } = paper;
  const field = element("textarea", {
    className: "own-note",
    rows: 2,
    value: noteOf(paper.id),
    ariaLabel: gettext("Note on %(title)s", { title }),
    placeholder: gettext("Note"),
    oninput: () => {
      const isNew = field.value && !hasMark(paper.id, "saved");
      updatePaper(paper.id, { note: field.value, ...(isNew && { saved: true, ...paper.details?.() }) });
    },
    onblur: () => field.value || field.remove(),
    onkeydown: ({ key }) => {
      if (key !== "Escape") return;
      node.tabIndex = -1;
      node.focus({ preventScroll: true });
    },
  });
  // The page of a paper has links.
  const links = node.querySelector(":scope > .links");
  if (links) links.after(field);
  else node.querySelector(":scope > .marks").before(field);
  return field;
}

const fieldOf = (paper) => paper.node.querySelector("textarea");

export function editNote(paper, title) {
  (fieldOf(paper) ?? createField(paper, title)).focus();
}

/** Show the note of a paper that has one, and what another tab makes of it. */
export function showNote(paper, title) {
  const note = noteOf(paper.id);
  const field = fieldOf(paper);
  if (!field) return note && createField(paper, title);
  if (field !== document.activeElement) field.value = note;
}
