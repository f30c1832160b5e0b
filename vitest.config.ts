import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Folder for machine-readable results, one file a run; set by CI. */
const results = process.env.SECONDSITE_TEST_RESULTS;

/** One process for all files: loading the same modules anew for each took a third of the unit tests' time. */
const together = { isolate: false };

/**
 * Kinds of test by file name: `*.test.ts` needs only node and what `npm ci` brought, `*.program.test.ts` drives real
 * programs on loopback, `*.world.test.ts` needs root and the whole toolchain, `*.long.test.ts` takes more than a few
 * minutes. A world mostly waits, for real timings: `npm test` runs the first two kinds beside it, politely.
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
          ...together,
          include: ["**/*.test.ts"],
          exclude: ["**/*.{program,world,long}.test.ts", "node_modules/**"],
          // Ends what hangs, on a machine that is busy with worlds too.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "programs",
          ...together,
          include: ["**/*.program.test.ts"],
          globalSetup: "sandbox/testing/programs.setup.ts",
          exclude: ["node_modules/**"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "world",
          ...together,
          include: ["**/*.world.test.ts"],
          globalSetup: "sandbox/testing/world.setup.ts",
          exclude: ["node_modules/**"],
          // One world at a time: its clusters share two cores.
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Worlds keep real time on a machine that others may use too; a second try is told as one.
          retry: process.env.CI ? 1 : 0,
        },
      },
      {
        test: {
          name: "long",
          include: ["**/*.long.test.ts"],
          globalSetup: "sandbox/testing/world.setup.ts",
          exclude: ["node_modules/**"],
          fileParallelism: false,
          testTimeout: 7_200_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
