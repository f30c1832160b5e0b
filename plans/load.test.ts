import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

// A folder that no package.json makes a module: plans are kept wherever their owners like.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-plans-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(file: string, content?: string) {
  const path = join(folder, file);
  if (content !== undefined) await writeFile(path, content);
  return execa(process.execPath, [join(root, "scripts/bin/secondsite.mjs"), "check", path], {
    reject: false,
    cwd: folder,
  });
}

test.concurrent.each([
  ["missing.ts", undefined, "no plan at "],
  [".", undefined, "is a folder, not a plan"],
  ["exits.ts", "process.exit(0)", "it ended the process before it was read"],
  ["waits.mts", "await new Promise(() => {}); export default {}", "it ended the process before it was read"],
  ["rejects.ts", 'export default Promise.reject(new Error("not today"))', "is no plan: not today"],
  ["imports.ts", 'import x from "./away.js"; export default x', "Cannot find module"],
  ["throws.ts", 'throw new Error("not today")', "is no plan: not today"],
  ["syntax.ts", "export default {\n  a: 1,,\n}", "syntax.ts:2:7: ERROR: Expected identifier"],
  ["array.ts", "export default []", "expected an object, got an array"],
  ["function.ts", "export default () => ({})", "expected an object, got a function"],
  ["nothing.ts", "export const plan = {}", "it has no default export"],
  ["null.json", "null", "expected an object, got null"],
  ["twice.json", '{ "name": "a", "name": "b" }', "Map keys must be unique at line 1"],
  ["proto.json", '{ "sites": { "__proto__": {} } }', '"__proto__" is no name'],
  ["half.json", '{ "name": ', "is no plan: "],
])("%s is refused: exit code 2, one error", async (file, content, message) => {
  const { exitCode, stderr, stdout } = await check(file, content);

  expect(stderr).toContain(message);
  expect(stderr.match(/secondsite: /g)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
});

test("a plan outside the repository, in a folder of no package, with a name full of signs, is read", async () => {
  const { exitCode, stdout, stderr } = await check(
    "q?x#y.ts",
    `import plan from ${JSON.stringify(join(root, "plans/kubernetes-chat.ts"))};\nexport default plan;\n`,
  );

  expect(stderr).toBe("");
  expect(stdout).toContain("chat: 0 errors");
  expect(exitCode).toBe(0);
});

test("a reader that has seen enough is no failure, a full disk is one", async () => {
  const bin = join(root, "scripts/bin/secondsite.mjs");
  const plan = join(root, "plans/kubernetes-chat.ts");
  const shell = (end: string) =>
    execa("bash", ["-c", `"$0" "$1" check "$2" ${end}`, process.execPath, bin, plan], { reject: false });

  const cut = await shell("| true; exit $PIPESTATUS");
  const full = await shell("> /dev/full");

  expect([cut.exitCode, cut.stderr]).toEqual([0, ""]);
  expect(full.exitCode).toBe(3);
  expect(full.stderr).toContain("no space left on device");
});
