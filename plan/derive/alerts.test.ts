import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { type PlanInput, parsePlan } from "../index.js";
import { alertThreshold, promisedLoss } from "./alerts.js";

const promising = (objectives: PlanInput["objectives"], of?: string) =>
  parsePlan({
    ...chat,
    objectives: { ...objectives, rto: chat.objectives.rto },
    datasets: { ...chat.datasets, messages: { ...chat.datasets.messages, class: of } },
  });

test("an alert has to fire within the strictest loss that is promised in any disaster", () => {
  const plan = promising({ rpo: "24h", rto: {}, rpoBy: { database: "5m", account: "7d" } });

  expect(alertThreshold(plan, "messages")).toBe(300);
  expect(promisedLoss(plan, "messages", "account")).toBe("7d");
  expect(promisedLoss(plan, "messages", "region")).toBe("24h");
});

test("D4: a class's objectives stand in place of the plan's, those by disaster too", () => {
  const plan = promising(
    { rpo: "5m", rto: {}, rpoBy: { region: "1m" }, classes: { analytics: { rpo: "24h" } } },
    "analytics",
  );

  expect(alertThreshold(plan, "messages")).toBe(86_400);
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
