import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import type { LeaseModule } from "./simulate.js";

/** The module with one of its guards taken out, by replacing text that has to be there exactly once. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The law that it breaks: one writer within the bounds, or every divergence beyond them told. */
  readonly breaks: "one writer" | "divergence told";
}

const oneWriter = (name: string, file: string, find: string, replace: string): Mutant => ({
  ...{ name, file, find, replace, breaks: "one writer" as const },
});
const divergence = (name: string, file: string, find: string, replace: string): Mutant => ({
  ...{ name, file, find, replace, breaks: "divergence told" as const },
});

/** Every guard, removed one at a time. */
export const mutants: readonly Mutant[] = [
  oneWriter(
    "validity counts from the answer",
    "step.ts",
    "acquire(turn, record, start);",
    "acquire(turn, record, at);",
  ),
  oneWriter(
    "a write found to have landed is valid from when it was found",
    "step.ts",
    "acquire(turn, record, landed.start)",
    "acquire(turn, record, at)",
  ),
  oneWriter(
    "a write of unknown outcome extends validity",
    "step.ts",
    "    state.attempts = [...state.attempts, {",
    "    if (state.grant) state.grant = { ...state.grant, start: flight.start };\n    state.attempts = [...state.attempts, {",
  ),
  oneWriter(
    "a changed ETag doesn't restart the wait",
    "step.ts",
    "since: earlier ?? at }",
    "since: state.known?.since ?? earlier ?? at }",
  ),
  oneWriter(
    "a wait handed over counts for any lease",
    "step.ts",
    "who.sighting?.etag === etag ? who.sighting.since : undefined",
    "who.sighting?.since",
  ),
  oneWriter(
    "the wait counts from the start of the read",
    "step.ts",
    "sight(turn, outcome.etag, outcome.record);",
    "sight({ ...turn, at: start }, outcome.etag, outcome.record);",
  ),
  oneWriter("the wait has no skew", "figures.ts", "return ttl + skew;", "return ttl;"),
  oneWriter("the skew leaves out drift", "figures.ts", "(ttl * 2 * rho) / (1 - rho) + ", ""),
  oneWriter("the skew leaves out pauses", "figures.ts", " + pauseBound * (1 + rho)", ""),
  oneWriter(
    "the holder's own ttl is ignored by the waiter",
    "request.ts",
    "Math.max(waitTime(figures), record.waitSeconds * 1000)",
    "waitTime(figures)",
  ),
  oneWriter(
    "writes without If-Match",
    "request.ts",
    "const condition = { ifMatch: etag };",
    "const condition = {} as never;",
  ),
  oneWriter(
    "creates without If-None-Match",
    "request.ts",
    'condition: { ifNoneMatch: "*" }',
    "condition: {} as never",
  ),
  oneWriter(
    "takes over within the same epoch",
    "request.ts",
    "written(state, at, epoch + 1, history)",
    "written(state, at, epoch, history)",
  ),
  oneWriter(
    "resumes an epoch with another volume",
    "request.ts",
    "record.site === who.site && record.incarnation === who.incarnation",
    "record.site === who.site",
  ),
  oneWriter(
    "a superseded volume may take again",
    "step.ts",
    'if (record.history.some(({ incarnation }) => incarnation === who.incarnation)) end(turn, "superseded");',
    "",
  ),
  oneWriter(
    "begins to fence when validity ends",
    "gate.ts",
    "return figures.ttl - figures.fenceBudget;",
    "return figures.ttl;",
  ),
  oneWriter("never fences for time", "gate.ts", " || elapsed(state.grant.start, at) >= openFor(state)", ""),
  divergence(
    "time suspended isn't counted",
    "clock.ts",
    "Math.max(now.mono - since.mono, now.wall - since.wall)",
    "now.mono - since.mono",
  ),
  divergence(
    "an overrun isn't told",
    "gate.ts",
    "if (overrun <= pauseBound) return;",
    "if (overrun) return;",
  ),
  divergence(
    "being superseded with the gate open isn't told",
    "step.ts",
    'reason === "superseded" && (state.gate',
    'reason === "starting" && (state.gate',
  ),
];

const room = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Loads the lease module with one guard removed; the shipped files stay as they are.
 *
 * @throws when the text to replace isn't there exactly once: the guard moved and the mutant tests nothing.
 */
export async function loadMutant({ name, file, find, replace }: Mutant): Promise<LeaseModule> {
  const applied: string[] = [];
  const { outputFiles } = await build({
    stdin: {
      contents: 'export * from "./keeper.js"; export * from "./figures.js";',
      resolveDir: room,
      loader: "ts",
    },
    ...{ bundle: true, format: "esm", platform: "node", write: false, logLevel: "silent" },
    plugins: [
      {
        name: "mutate",
        setup: ({ onLoad }) =>
          onLoad({ filter: /\/lease\/[a-z-]+\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            if (basename(path) !== file || path !== join(room, file)) return { contents: text, loader: "ts" };
            const places = text.split(find).length - 1;
            if (places !== 1)
              throw new Error(`mutant "${name}": ${places} places in ${file} match, 1 expected`);
            applied.push(path);
            return { contents: text.replace(find, () => replace), loader: "ts" };
          }),
      },
    ],
  });
  const [output] = outputFiles ?? [];
  if (!output || applied.length !== 1) throw new Error(`mutant "${name}": ${file} is not part of the module`);
  return import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(output.contents).toString("base64")}`
  );
}
