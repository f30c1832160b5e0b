import { expect, test } from "vitest";

import chat from "../plans/kubernetes-chat.js";
import { InvalidPlan, parsePlan } from "./index.js";

/** The chat plan as JSON with some parts replaced. */
const changed = (change: (plan: Record<string, never>) => void): unknown => {
  const copy = structuredClone(chat) as unknown as Record<string, never>;
  change(copy);
  return copy;
};

const problemsOf = (input: unknown): string[] => {
  try {
    parsePlan(input);
    return [];
  } catch (error) {
    if (error instanceof InvalidPlan) return error.problems.map(({ at, message }) => `${at}: ${message}`);
    throw error;
  }
};

test("a plan survives the way to JSON and back", () => {
  expect(parsePlan(JSON.parse(JSON.stringify(chat)))).toEqual(chat);
});

test("five mistakes are five messages with their paths, all in one run", () => {
  const input = changed((plan: Record<string, never>) => {
    const { sites, datasets, lease, objectives } = plan as never as {
      sites: Record<string, Record<string, unknown>>;
      datasets: Record<string, { backups: Record<string, unknown>[] }>;
      lease: Record<string, unknown>;
      objectives: Record<string, unknown>;
    };
    objectives.rpo = "five minutes";
    Object.assign(sites.oregon ?? {}, { colour: "green" });
    Object.assign(datasets.messages?.backups[0] ?? {}, { direct: ["virginia", "nowhere"] });
    lease.witness = "virginia";
    Object.assign(datasets.messages ?? {}, { database: "Chat" });
  });
  expect(problemsOf(input)).toEqual([
    'objectives.rpo: expected a duration such as "5m", "24h" or "90d", got "five minutes"',
    "sites.oregon.colour: unknown field",
    'datasets.messages.database: expected a PostgreSQL database name in lower case, got "Chat"',
    'datasets.messages.backups[0].direct[1]: no site is called "nowhere"; there are: virginia, oregon, isolated, witness',
    'lease.witness: must be a failure domain of its own, but "virginia" is in us-east-1, where "virginia" serves',
  ]);
});

test("what is missing or none of the choices is said in the same words", () => {
  const input = changed((plan: Record<string, never>) => {
    const { datasets } = plan as never as { datasets: Record<string, Record<string, unknown>> };
    Object.assign(datasets.messages ?? {}, { category: undefined, runs: "sever" });
  });
  expect(problemsOf(input)).toEqual([
    "datasets.messages.category: is missing: expected a string",
    'datasets.messages.runs: expected "kubernetes" or "server" or "rds" or "aurora", got "sever"',
  ]);
});

test("a holder's public half with a letter mistyped is refused", () => {
  const input = changed((plan: Record<string, never>) => {
    const { keys } = plan as never as { keys: { recovery: { recipients: string[] } } };
    const [first = "", ...others] = keys.recovery.recipients;
    keys.recovery.recipients = [first.replace(/.$/, (letter) => (letter === "q" ? "p" : "q")), ...others];
  });
  expect(problemsOf(input)).toEqual([
    expect.stringMatching(
      /^keys\.recovery\.recipients\[0\]: expected an age recipient as age-keygen printed it, got "age1/,
    ),
  ]);
});

test.each<[string, (plan: never) => void, string]>([
  [
    "a second primary",
    ({ sites }: { sites: { oregon: { role: string; mode: string } } }) =>
      Object.assign(sites.oregon, { role: "primary", mode: "active" }),
    'sites: exactly one site has the role "primary", got "virginia" and "oregon"',
  ],
  [
    "a witness in a region that serves",
    ({ sites }: { sites: { witness: { region: string } } }) =>
      Object.assign(sites.witness, { region: "us-west-2" }),
    'lease.witness: must be a failure domain of its own, but "witness" is in us-west-2, where "oregon" serves',
  ],
  [
    "DNS without a lease",
    (plan: { lease?: unknown }) => {
      delete plan.lease;
    },
    "lease: DNS that fails over needs a lease, or two sites could write at once; add lease: { witness }",
  ],
  [
    "a name outside its zone",
    ({ dns }: { dns: { name: string } }) => Object.assign(dns, { name: "api.other.test" }),
    'dns.name: must lie inside the zone "chat.test", got "api.other.test"',
  ],
  [
    "a copy that is direct and replicated",
    ({ datasets }: { datasets: { messages: { backups: object[] } } }) =>
      Object.assign(datasets.messages.backups[0] ?? {}, { replicated: ["oregon"] }),
    'datasets.messages.backups[0].replicated: "oregon" is a direct copy already; a site holds one or the other',
  ],
])("refuses %s", (_what, change, message) => {
  expect(problemsOf(changed(change as never))).toEqual([message]);
});
