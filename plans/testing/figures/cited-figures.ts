import { join, relative } from "node:path";

import { build } from "esbuild";

import { isDuration, isSize } from "../../../plan/index.js";
import { plansFolder, textOf, withFiguresMarked } from "../citations.js";

/** A figure that a plan has from its source. */
export interface CitedFigure {
  /** JSON Pointer of the figure. */
  readonly place: string;
  /** What its comment says: a section of the source, and what about it is ours. */
  readonly says: string;
}

/**
 * Where in a plan each figure stands that its source states, by the comments in the plan's own text.
 *
 * Each figure with a comment is replaced by a mark, the plan is made of what is written so, and the marks are looked
 * for: nothing that somebody writes into a plan is passed over.
 *
 * @throws Error when the plan has a figure of which no comment says where it comes from
 */
export async function citedFigures(file: string): Promise<CitedFigure[]> {
  const said: string[] = [];
  const marked = await made(file, (says) => JSON.stringify(`mark ${said.push(says) - 1}`));
  return leaves(marked, "").flatMap(([place, value]) => {
    const [, number] = /^mark (\d+)$/.exec(String(value)) ?? [];
    if (number === undefined) {
      if (isFigure(value)) throw new Error(`no comment says where ${value} at ${place} of ${file} is from`);
      return [];
    }
    const says = said[Number(number)] ?? "";
    return says.startsWith("ours") ? [] : [{ place, says }];
  });
}

/** What a plan's file exports, of marked text and without checks: a mark is no figure, so it would be no plan. */
async function made(file: string, mark: (says: string) => string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: `export { default } from "./${file}"`, resolveDir: plansFolder },
    ...{ bundle: true, write: false, format: "esm", platform: "node", logLevel: "silent" },
    plugins: [
      {
        name: "marks",
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (path === join(plansFolder, "../plan/index.ts"))
              return {
                contents: 'export * from "./builders.js"; export const definePlan = (plan) => plan;',
                loader: "ts",
              };
            const file = relative(plansFolder, path);
            return file.startsWith("..")
              ? undefined
              : { contents: withFiguresMarked(textOf(file), mark), loader: "ts" };
          });
        },
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  const module: { default: unknown } = await import(`data:text/javascript;base64,${code}`);
  return module.default;
}

const leaves = (value: unknown, place: string): [string, unknown][] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${place}/${key}`))
    : [[place, value]];

const isFigure = (value: unknown) => typeof value === "number" || isDuration(value) || isSize(value);
