import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import type { rpoBound } from "../../rpo/index.js";

/** A place in the shipped source of the arithmetic, and what stands there instead. */
export interface LeftOut {
  /** What is left out, for people. */
  readonly what: string;
  readonly file: string;
  /** Characters that are replaced, from one up to another. */
  readonly from: number;
  readonly until: number;
  readonly instead: string;
}

/** Folder of the RPO arithmetic. */
export const room = join(dirname(fileURLToPath(import.meta.url)), "../../rpo");

/** The arithmetic as it is shipped, but for one place: everything that is worked out from it follows. */
export async function without({ file, from, until, instead }: LeftOut): Promise<typeof rpoBound> {
  const { outputFiles } = await build({
    entryPoints: [join(room, "bound.ts")],
    ...{ bundle: true, format: "esm", platform: "node", write: false, logLevel: "silent" },
    plugins: [
      {
        name: "leave-out",
        setup: ({ onLoad }) =>
          onLoad({ filter: /\/proofs\/rpo\/[a-z-]+\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            const contents = path === file ? text.slice(0, from) + instead + text.slice(until) : text;
            return { contents, loader: "ts" };
          }),
      },
    ],
  });
  const code = Buffer.from(outputFiles?.[0]?.contents ?? []).toString("base64");
  const { rpoBound: bound } = await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
  return bound;
}
