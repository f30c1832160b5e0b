// The same laws over many more histories. SECONDSITE_LEASE_SEED chooses others.
process.env.SECONDSITE_LEASE_RUNS ??= "20000";
await import("./one-writer.test.js");

export {};
