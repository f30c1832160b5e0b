import type { Outcome } from "../judge.js";
import type { Restored } from "../restored-content.js";

/** A restored database that lacks nothing but the last seconds. */
export const restored: Restored = {
  tables: [{ name: "messages", rows: 3, checksum: "c0ffee", matches: true }],
  survey: { applied: [], lost: [], unknownKept: [], phantoms: [], strangers: [], holes: [] },
  loss: { rows: 12, operations: 9, seconds: 40 },
};

/** What a rehearsal that went well came to, but for its ledgers. */
export const success: Omit<Outcome, "ledgers"> = {
  taken: { said: [], failure: undefined, restored, recoverySeconds: 190, keeper: undefined },
  recorded: { connections: 10, calls: 5, offences: [] },
  wrong: [],
  details: {},
};
