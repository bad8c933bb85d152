// The parts of a name: the same rule as generator/broadsheet/model/names.py.

import { oneLine } from "./elements.js";

const SUFFIXES = "([JS][Rr]\\.?|I{2,3}|IV|VI{0,2})";
const SUFFIX = RegExp(`,?\\s+${SUFFIXES}$`);
const SUFFIX_INSIDE = RegExp(`^([^,]+),\\s*${SUFFIXES},\\s*([^,]+)$`);
const DEGREES = /(,?\s+Ph\.?\s?D\.?|,\s*(M\.?D|[BM]\.?Sc|D\.?Phil)\.?)+$/;
const TEAM =
  /\b(academy|agency|alliance|association|cent(er|re)s?|college|collaborations?|committee|company|consortium|corporation|council|deepmind|department|developers|faculty|federation|foundation|google|group|hospital|initiative|labs?|members|microsoft|ministry|museum|nations|network|nvidia|observatory|office|organi[sz]ation|program|project|research|school|services|society|team|trust|union)\b|\b(institut|laborator|universit)|\w(gemeinschaft|gesellschaft|zentrum)\b/i;
const TEAM_IN_THIS_CASE = /\b(and|for|of|und(?! zu\b)|GmbH|IBM|Inc|LLC|Ltd|NASA)\b|[a-z] AI$|&|^\{.*\}$/;
const FAMILY_FIRST =
  /^[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff} ]+$/u;
const PARTICLE = /^(af|al|bin|d[aeiou]|dal|d[ae]ll[aeo]|degli|de[iln]|der|dos|el|ibn|la|le|lo|te[nr]|van|von|zu[mr]?)$/;
// Before these surnames, a word such as Van, Le or Di is a given name.
const ASIAN =
  /^(bui|chan|chen|chu|dang|dinh|do|duc|duong|duy|ho|hoang|huang|huynh|kim|lam|le|lee|li|liang|lin|liu|luu|ly|ma|ngo|nguyen|park|pham|phan|tran|trinh|truong|vo|vu|wang|wu|xu|yang|yu|zhang|zhou)$/i;

export const unbraced = (name) => name.replace(/^\{(.*)\}$/, "$1");

/** Return [family, suffix, given name]; undefined if a name has no parts. */
export function partsOf(name) {
  if (TEAM.test(name) || TEAM_IN_THIS_CASE.test(name)) return undefined;
  const whole = withoutDegrees(name);
  const inside = SUFFIX_INSIDE.exec(whole);
  if (inside) return inside.slice(1);
  const [rest, suffix] = withoutSuffix(whole);
  const [, family, first] = /^([^,]+),\s*(.+)$/.exec(rest) ?? [];
  if (family) {
    const [bare, other] = withoutSuffix(family);
    return [bare, suffix || other, first];
  }
  const words = rest.split(" ");
  if (rest.includes(",") || words.length < 2) return undefined;
  if (FAMILY_FIRST.test(rest)) return [words[0], "", words.slice(1).join(" ")];
  const last = words.at(-1);
  const isParticle = (word) =>
    PARTICLE.test(word.split("-").at(-1)) || (PARTICLE.test(word.toLowerCase()) && !ASIAN.test(last));
  const particle = words.findIndex((word, i) => i && i < words.length - 1 && isParticle(word));
  const start = particle > 0 ? particle : words.length - 1;
  return [words.slice(start).join(" "), suffix, words.slice(0, start).join(" ")];
}

function withoutDegrees(name) {
  const bare = name.replace(DEGREES, "");
  const words = bare.split(" ");
  return words.length > 1 && !PARTICLE.test(words[0]) ? bare : name;
}

function withoutSuffix(name) {
  const [all, suffix] = SUFFIX.exec(name) ?? [];
  const bare = all ? name.slice(0, -all.length) : name;
  return !all || (suffix === "V" && !bare.trim().includes(" ")) ? [name, ""] : [bare, suffix];
}

const ET_AL = /,?\s*\bet\.? ?al\.?$/i;

/** Return the names, and true if there are more authors. */
export function authorsOf({ authors = [], more }) {
  const names = authors.map(oneLine);
  const others = ET_AL.test(names.at(-1));
  return [names.map((name) => name.replace(ET_AL, "")).filter(Boolean), more || others];
}
