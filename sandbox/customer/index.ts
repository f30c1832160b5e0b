export type { Content, TableContent, TableName } from "./canonical.js";
export { type DatabaseContent, databaseContent } from "./content.js";
export { type Applied, expectedContent } from "./expect.js";
export { type Attempt, type Ledger, now, readLedger } from "./ledger.js";
export { type Loss, loss, type Present, recovery, type Survey, survey } from "./measure.js";
export type { Population } from "./operation.js";
export { type CustomerOptions, customer } from "./program.js";
export { type Sites, type TwoWriters, twoWriters } from "./two-writers.js";
