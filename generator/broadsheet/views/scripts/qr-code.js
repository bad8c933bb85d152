// QR codes (ISO/IEC 18004): bytes, with error correction of level L, up to version 25.

import { svgElement } from "./elements.js";

const QUIET = 4; // modules around the code
// By version: bytes of error correction in a block, and blocks.
const CORRECTION = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12];
const MASKS = [
  (x, y) => (x + y) % 2,
  (_x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const range = (length) => Array.from({ length }, (_, i) => i);

// -- bytes --

const alignments = (version) => (version === 1 ? 0 : Math.floor(version / 7) + 2);

function capacity(version) {
  const n = alignments(version);
  const modules = (16 * version + 128) * version + 64 - (n && (25 * n - 10) * n - 55) - (version >= 7 ? 36 : 0);
  return Math.floor(modules / 8);
}

const dataBytes = (version) => capacity(version) - CORRECTION[version - 1] * BLOCKS[version - 1];

function encode(bytes, version) {
  const lengthBits = version < 10 ? 8 : 16;
  const binary = (value, length) => value.toString(2).padStart(length, "0");
  let bits = `0100${binary(bytes.length, lengthBits)}${[...bytes].map((byte) => binary(byte, 8)).join("")}`;
  const length = 8 * dataBytes(version);
  bits = bits.padEnd(Math.min(length, bits.length + 4), "0");
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const data = bits.match(/.{8}/g).map((text) => Number.parseInt(text, 2));
  const missing = length / 8 - data.length;
  return [...data, ...range(missing).map((i) => (i % 2 ? 0x11 : 0xec))];
}

// Multiply in the field of 256 elements of the polynomial 0x11d.
function multiply(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> i) & 1) * a);
  return product;
}

function generator(degree) {
  const factors = [...Array(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) factors[j] = multiply(factors[j], root) ^ (factors[j + 1] ?? 0);
    root = multiply(root, 2);
  }
  return factors;
}

function correctionOf(data, factors) {
  const rest = factors.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (let i = 0; i < rest.length; i++) rest[i] ^= multiply(factors[i], factor);
  }
  return rest;
}

const interleave = (parts) =>
  range(Math.max(...parts.map(({ length }) => length))).flatMap((i) =>
    parts.filter(({ length }) => i < length).map((part) => part[i]),
  );

function withCorrection(data, version) {
  const count = BLOCKS[version - 1];
  const short = Math.floor(data.length / count);
  const numberOfShort = count - (data.length % count);
  let start = 0;
  const blocks = range(count).map((i) => {
    const first = start;
    start += short + (i < numberOfShort ? 0 : 1);
    return data.slice(first, start);
  });
  const factors = generator(CORRECTION[version - 1]);
  return [...interleave(blocks), ...interleave(blocks.map((block) => correctionOf(block, factors)))];
}

// -- modules --

const divide = (value, divisor, length) => {
  let rest = value;
  for (let i = 0; i < length; i++) rest = (rest << 1) ^ ((rest >> (length - 1)) * divisor);
  return rest;
};

function positions(version) {
  const n = alignments(version);
  const step = Math.ceil((4 * version + 4) / (2 * n - 2)) * 2;
  return n ? [6, ...range(n - 1).map((i) => 4 * version + 10 - (n - 2 - i) * step)] : [];
}

// `size` rows of modules: true is dark, undefined is free for data.
function pattern(version) {
  const size = 4 * version + 17;
  const rows = range(size).map(() => Array(size));
  const put = (x, y, dark) => {
    if (rows[y] && x >= 0 && x < size) rows[y][x] = dark;
  };
  const square = (x, y, radius, isDark) => {
    for (let i = -radius; i <= radius; i++) {
      for (let j = -radius; j <= radius; j++) put(x + i, y + j, isDark(Math.max(Math.abs(i), Math.abs(j))));
    }
  };
  for (let i = 0; i < size; i++) {
    put(i, 6, i % 2 === 0);
    put(6, i, i % 2 === 0);
  }
  const places = positions(version);
  const corner = (x, y) => (x === 6 || x === size - 7) && (y === 6 || y === size - 7) && (x === 6 || y === 6);
  for (const x of places) for (const y of places) if (!corner(x, y)) square(x, y, 2, (distance) => distance !== 1);
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ]) {
    square(x, y, 4, (distance) => distance !== 2 && distance !== 4);
  }
  drawVersion(version, put, size);
  return rows;
}

function drawVersion(version, put, size) {
  const bits = (version << 12) | divide(version, 0x1f25, 12);
  for (let i = 0; version >= 7 && i < 18; i++) {
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
    put(a, b, (bits >> i) % 2 === 1);
    put(b, a, (bits >> i) % 2 === 1);
  }
}

function drawFormat(rows, mask) {
  const data = 8 | mask; // level L
  const bits = ((data << 10) | divide(data, 0x537, 10)) ^ 0x5412;
  const size = rows.length;
  for (let i = 0; i < 15; i++) {
    const isDark = ((bits >> i) & 1) === 1;
    rows[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i][8] = isDark;
    rows[8][i < 8 ? size - 1 - i : i === 8 ? 7 : 14 - i] = isDark;
  }
  rows[size - 8][8] = true;
}

// The free modules in the order of the data: columns in pairs from the right, upwards and downwards in turn.
function* freeModules(rows) {
  const size = rows.length;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) if (rows[y][x] === undefined) yield [x, y];
    }
  }
}

function masked(base, bytes, mask) {
  const rows = base.map((row) => [...row]);
  drawFormat(rows, mask);
  let i = 0;
  for (const [x, y] of [...freeModules(rows)]) {
    const bit = (bytes[i >> 3] >> (7 - (i & 7))) & 1; // 0 after the last byte
    rows[y][x] = (bit === 1) !== (MASKS[mask](x, y) === 0);
    i += 1;
  }
  return rows;
}

// The fewer long runs and squares of one colour, the easier a code is to read.
function penalty(rows) {
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))];
  const texts = lines.map((line) => line.map((dark) => (dark ? "1" : "0")).join(""));
  const runs = texts.flatMap((text) => text.match(/0{5,}|1{5,}/g) ?? []);
  const finders = texts.flatMap((text) => text.match(/(?=00001011101|10111010000)/g) ?? []);
  const dark = rows.flat().filter(Boolean).length / rows.length ** 2;
  const long = runs.reduce((sum, { length }) => sum + length - 2, 0);
  return long + 40 * finders.length + 200 * Math.abs(dark - 0.5);
}

/** Return the rows of modules of a code for `text`; null if it is too long. True is dark. */
function modulesOf(text) {
  const bytes = new TextEncoder().encode(text);
  const version = range(BLOCKS.length)
    .map((i) => i + 1)
    .find((version) => bytes.length + (version < 10 ? 2 : 3) <= dataBytes(version));
  if (!version) return null;
  const [base, data] = [pattern(version), withCorrection(encode(bytes, version), version)];
  const codes = MASKS.map((_, mask) => masked(base, data, mask));
  return codes.reduce((best, code) => (penalty(code) < penalty(best) ? code : best));
}

/** Return a code as an SVG element; null if the text is too long. */
export function qrCode(text, label) {
  const rows = modulesOf(text);
  if (!rows) return null;
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const size = rows.length + 2 * QUIET;
  const box = `${-QUIET} ${-QUIET} ${size} ${size}`;
  const attributes = { class: "qr-code", viewBox: box, role: "img", "aria-label": label };
  return svgElement("svg", attributes, svgElement("path", { d: dark.join("") }));
}
