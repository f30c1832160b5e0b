import { expect, test } from "vitest";

import { plainProgress, progressTo } from "./progress.js";

/** Takes what is written and hands it back with times blanked. */
function recorder(isTTY: boolean) {
  let written = "";
  const output = Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, {
    isTTY,
    columns: 60,
    write: (text: string) => {
      written += text;
      return true;
    },
  });
  return { output, written: () => written.replaceAll(/\d+\.\d s/g, "T") };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("off a terminal every beginning, detail and end is a plain line", async () => {
  const { output, written } = recorder(false);
  const progress = progressTo(output);

  await progress.step("Build", async (say) => {
    say("half done");
    await progress.step("Link", async () => undefined);
  });

  expect(written().replaceAll(/^ +T/gm, "T")).toBe(
    ["T  Build", "T  Build: half done", "T    Link", "T    Link: done in T", "T  Build: done in T", ""].join(
      "\n",
    ),
  );
});

test("a step that throws is shown failed with its reason, and throws on", async () => {
  const { output, written } = recorder(false);

  const step = plainProgress(output).step("Fetch", () => Promise.reject(new Error("no answer")));

  await expect(step).rejects.toThrow("no answer");
  expect(written()).toContain("Fetch: failed after T: no answer");
});

test("on a terminal, steps side by side are redrawn and finished ones stay", async () => {
  const { output, written } = recorder(true);
  const progress = progressTo(output);

  await Promise.all([
    progress.step("First", () => wait(150)),
    progress.step("Second", async (say) => {
      say("working");
      await wait(350);
    }),
  ]);

  expect(written()).toContain("✔ First (T)\n");
  expect(written()).toContain("Second (T): working");
  expect(written()).toContain("✔ Second (T)\n");
  expect(written()).not.toContain("✖");
});
