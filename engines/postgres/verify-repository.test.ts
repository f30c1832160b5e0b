import { expect, test } from "vitest";

import { verdictOf } from "./verify-repository.js";

test.each([
  ["ok", true],
  ["error", false],
])("the tool's status %s makes the verdict %s, and its words are kept", (status, good) => {
  const text = `stanza: messages\nstatus: ${status}\n  archiveId: 15-1, total WAL checked: 9, total valid WAL: 9\n\n`;

  expect(verdictOf(1, text)).toEqual({
    ...{ epoch: 1, good },
    report: [
      "stanza: messages",
      `status: ${status}`,
      "  archiveId: 15-1, total WAL checked: 9, total valid WAL: 9",
    ],
  });
});

test("a tool that says nothing has verified nothing", () => {
  expect(verdictOf(1, "").good).toBe(false);
});
