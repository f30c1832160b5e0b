import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Folder for machine-readable results, one file a run; set by CI. */
const results = process.env.SECONDSITE_TEST_RESULTS;

/**
 * Three kinds of test by file name: `*.test.ts` needs only node and what `npm ci` brought,
 * `*.world.test.ts` needs root and the toolchain, `*.long.test.ts` takes more than a few minutes.
 */
export default defineConfig({
  test: {
    reporters: results
      ? ["default", ["json", { outputFile: join(results, `${process.pid}.json`) }]]
      : ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: ["**/*.{world,long}.test.ts", "node_modules/**"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "world",
          include: ["**/*.world.test.ts"],
          exclude: ["node_modules/**"],
          // One world at a time: its clusters share two cores.
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "long",
          include: ["**/*.long.test.ts"],
          exclude: ["node_modules/**"],
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});
