import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { type PlanInput, parsePlan } from "../index.js";
import { ageLimitOf, alertThreshold } from "./alerts.js";

const promising = (objectives: PlanInput["objectives"], of?: string) =>
  parsePlan({
    ...chat,
    objectives: { ...objectives, rto: chat.objectives.rto },
    datasets: { ...chat.datasets, messages: { ...chat.datasets.messages, class: of } },
  });

test("C1: an alert fires before the strictest loss that is promised in any disaster, with time left to react", () => {
  const plan = promising({ rpo: "24h", rto: {}, rpoBy: { database: "4h", account: "7d" } });

  // Four hours, less the ten minutes that a decision takes.
  expect(alertThreshold(plan, "messages")).toBe(4 * 3_600 - 600);
});

test("of an objective of minutes, a quarter is left to react", () => {
  expect(alertThreshold(promising({ rpo: "24h", rto: {}, rpoBy: { database: "5m" } }), "messages")).toBe(225);
});

test("a replica keeps the objectives of what it survives: its backups answer for mistakes", () => {
  const plan = promising({ rpo: "5m", rto: {}, rpoBy: { "operator-error": "1d" } });
  const { messages } = plan.datasets;
  if (messages?.kind !== "postgres") throw new Error("messages is a database");
  const replica = { kind: "replica", to: "oregon", lag: "1m", synchronous: false } as const;

  expect(ageLimitOf(plan, messages)?.rpo).toBe("5m");
  expect(ageLimitOf(plan, { ...messages, backups: [...messages.backups, replica] })?.rpo).toBe("1d");
});

test("D4: a class's objectives stand in place of the plan's, those by disaster too", () => {
  const plan = promising(
    { rpo: "5m", rto: {}, rpoBy: { region: "1m" }, classes: { analytics: { rpo: "24h" } } },
    "analytics",
  );

  expect(alertThreshold(plan, "messages")).toBe(86_400 - 600);
});

test("a loss that is accepted asks for no alert", () => {
  const accepted = { accepted: "nobody reads it" };
  const everywhere = { region: accepted, account: accepted, provider: accepted };
  const rpoBy = { "operator-error": accepted, database: accepted, ...everywhere };

  expect(alertThreshold(promising({ rpo: "5m", rto: {}, rpoBy }), "messages")).toBeUndefined();
});

test("what is not backed up has no threshold to ask for", () => {
  expect(() => alertThreshold(chat, "cache")).toThrow('no dataset that is backed up is called "cache"');
});
