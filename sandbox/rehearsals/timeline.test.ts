import { expect, test } from "vitest";

import { silent } from "../progress.js";
import { Timeline } from "./timeline.js";

test("phases are kept in the order in which they began, failed ones too", async () => {
  const timeline = new Timeline(silent);
  timeline.span("later", 5000, 6500);
  timeline.span("earlier", 1000, 9000);
  const failing = timeline.phase("failing", async () => {
    throw new Error("no");
  });

  await expect(failing).rejects.toThrow("no");
  expect(timeline.phases.slice(0, 2)).toEqual([
    { name: "earlier", startedAt: "1970-01-01T00:00:01.000Z", seconds: 8 },
    { name: "later", startedAt: "1970-01-01T00:00:05.000Z", seconds: 1.5 },
  ]);
  expect(timeline.phases.map(({ name }) => name)).toEqual(["earlier", "later", "failing"]);
});
