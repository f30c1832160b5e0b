import { expect, test } from "vitest";

import { endOfLog } from "./restore.js";

const log = `2026-11-21 06:20:06.662 UTC [19] LOG:  last completed transaction was at log time 2026-11-21 06:19:45.664017+00
2026-11-21 06:20:06.663 UTC [19] FATAL:  recovery ended before configured recovery target was reached
secondsite: PostgreSQL ended by itself (exit code 1) while replaying; its own log above says why`;

test("PostgreSQL's own log says how far a log that ended too early reaches", () => {
  expect(endOfLog(log)?.iso).toBe("2026-11-21T06:19:45.664017Z");
});

test("another failure is not taken for a log that ended", () => {
  expect(endOfLog(log.replace("recovery ended before", "could not"))).toBeUndefined();
});
