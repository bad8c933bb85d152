// The note of a paper keeps it saved, and so in exports.

import { announce } from "./copy.js";

export const show = () => announce(gettext("Its note keeps this paper saved: empty the note first"));
