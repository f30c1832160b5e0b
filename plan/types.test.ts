import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/** Plans that are wrong, and what the compiler has to say about each; `undefined`: nothing. */
const cases: readonly (readonly [what: string, code: string, says: string | undefined])[] = [
  [
    "a right dataset",
    `sqlite({ at: "a", category: "c", path: "/d", backups: [copy({ schedule: every("1h"), keep: "7d", direct: ["a"] })] })`,
    undefined,
  ],
  [
    "log of a database that has none",
    `sqlite({ at: "a", category: "c", path: "/d", backups: [wal({ within: "1m", keep: "7d", direct: ["a"] })] })`,
    `Type '"wal"' is not assignable to type '"append"'`,
  ],
  [
    "a dump of a Raft cluster",
    `raft({ at: "a", category: "c", path: "/d", backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["a"] })] })`,
    `Type '"logical"' is not assignable to type '"snapshot"'`,
  ],
  [
    "a field that there is not",
    `wal({ within: "1m", keep: "7d", direct: ["a"], retentoin: "7d" })`,
    `'retentoin' does not exist in type`,
  ],
  [
    "a duration without a unit",
    `wal({ within: "5 minutes", keep: "7d", direct: ["a"] })`,
    `Type '"5 minutes"' is not assignable to type`,
  ],
  ["a store left out without a reason", `rebuildable({})`, `Property 'reason' is missing`],
  [
    "an accepted loss without a reason",
    `definePlan({ name: "p", objectives: { rpo: "5m", rto: {}, rpoBy: { account: {} } }, sites: {}, datasets: {} })`,
    `Type '{}' is not assignable to type`,
  ],
  [
    "a disaster that there is not",
    `definePlan({ name: "p", objectives: { rpo: "5m", rto: {}, rpoBy: { meteor: "5m" } }, sites: {}, datasets: {} })`,
    `'meteor' does not exist in type`,
  ],
  [
    "an event that is none",
    `on("tuesday", "5m")`,
    `Argument of type '"tuesday"' is not assignable to parameter`,
  ],
  [
    "a stage of a standby that there is not",
    `premises({ location: "hall", role: "standby", mode: "cold" })`,
    `Type '"cold"' is not assignable to type`,
  ],
];

test("wrong plans are errors of the compiler, each with a message that names what is wrong", {
  timeout: 60_000,
}, () => {
  const said = compiled(cases.map(([, code]) => code));

  for (const [index, [what, , says]] of cases.entries()) {
    const messages = said[index] ?? [];
    if (says === undefined) expect(messages, what).toEqual([]);
    else expect(messages.join("\n"), what).toContain(says);
  }
});

/** What the compiler says about each piece of code, by its line: one program, so that types are read once. */
function compiled(codes: readonly string[]): string[][] {
  const file = resolve(import.meta.dirname, "types.compiled.ts");
  const source = [
    `import { ${[...new Set(codes.flatMap((code) => code.match(/\b[a-zA-Z]+(?=\()/g) ?? []))].join(", ")} } from "./index.js";`,
    ...codes.map((code, index) => `export const c${index} = ${code};`),
  ].join("\n");
  const config = ts.readConfigFile(resolve(import.meta.dirname, "../tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    ts.sys,
    resolve(import.meta.dirname, ".."),
  );
  const { incremental: _incremental, tsBuildInfoFile: _tsBuildInfoFile, ...plain } = options;
  const host = ts.createCompilerHost(plain);
  const [read, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  host.fileExists = (name) => resolve(name) === file || exists(name);
  host.getSourceFile = (name, language, onError, shouldCreate) =>
    resolve(name) === file
      ? ts.createSourceFile(name, source, language)
      : read(name, language, onError, shouldCreate);
  const program = ts.createProgram([file], plain, host);
  const checked = program.getSourceFile(file);
  const lines: string[][] = codes.map(() => []);
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(checked)) {
    const line = checked?.getLineAndCharacterOfPosition(start).line ?? 0;
    lines[line - 1]?.push(ts.flattenDiagnosticMessageText(messageText, "\n"));
  }
  return lines;
}
