import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { type Plan, type PostgresDataset, parsePlan } from "../index.js";
import { type Finding, prove } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");

/** What the proofs say of the chat plan with its messages changed. */
function findings(change: (messages: PostgresDataset, plan: Plan) => void = () => undefined): Finding[] {
  const plan = structuredClone(chat);
  const { messages } = plan.datasets;
  if (messages?.kind !== "postgres") throw new Error("the plan has changed");
  change(messages, plan);
  return prove(parsePlan(plan), asOf);
}

const said = (all: readonly Finding[], rule: string) => all.find((finding) => finding.rule === rule);

test.each<[string, (messages: PostgresDataset, plan: Plan) => void, string, string]>([
  [
    "log without a physical backup at its site",
    ({ backups }) => Object.assign(backups[0] ?? {}, { direct: ["virginia"], replicated: [] }),
    "point-in-time/base",
    'log of "messages" at oregon replays onto nothing: no physical backup is kept there',
  ],
  [
    "log kept longer than any backup beneath it",
    ({ backups }) => Object.assign(backups[1] ?? {}, { keep: "120d" }),
    "point-in-time/useless-log",
    'log of "messages" is kept 120d, but the oldest backup it could replay onto only 90d',
  ],
  [
    "backups that go before the log's window does",
    ({ backups }) => Object.assign(backups[0] ?? {}, { keep: "8d" }),
    "point-in-time/window",
    'the first part of the 7d of "messages" has no backup beneath it',
  ],
  [
    "an RTO that the steps do not fit into",
    (_, { objectives }) => Object.assign(objectives.rto, { region: "15m" }),
    "rto/region",
    "the objective is 15m",
  ],
  [
    "nothing to take over",
    (_, { sites }) => {
      delete sites.oregon;
    },
    "rto/region",
    "no site is a standby",
  ],
  [
    "a copy in another account",
    (_, { sites }) => Object.assign(sites.isolated ?? {}, { account: "222222222222" }),
    "keys/account",
    'what "isolated" holds of category "customer" cannot be read with its key',
  ],
])("%s is found, with its fix", (_, change, rule, message) => {
  const all = findings((messages, plan) => {
    change(messages, plan);
    for (const backup of messages.backups)
      for (const way of ["direct", "replicated"] as const)
        if (backup.kind !== "replica") backup[way] = backup[way].filter((site) => site in plan.sites);
  });

  expect(said(all, rule)?.message).toContain(message);
  expect(said(all, rule)?.fix).toBeTruthy();
});

test("a lock that ends before what it protects is a warning, in every bucket", () => {
  const warnings = findings().filter(({ severity }) => severity === "warning");

  expect(warnings.map(({ rule }) => rule)).toEqual(["retention/lock", "retention/lock"]);
});
