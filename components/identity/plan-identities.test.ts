import { expect, test } from "vitest";

import { type Plan, regionSiteOf, roleArn } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { PlanVaults } from "../vault/plan-vaults.js";
import { PlanIdentities } from "./plan-identities.js";

const permissionsBoundary = "arn:aws:iam::111111111111:policy/no-more-than-this";

/** The plan in an account whose owner has roles below a path, within a boundary. */
function bounded(): Plan {
  const copy = structuredClone(plan);
  for (const site of Object.values(copy.sites))
    if (site.kind === "aws-region") Object.assign(site, { rolePath: "/recovery/", permissionsBoundary });
  return copy;
}

test("every role has the path and the boundary that its account's owner asks for, and is assumed by that path", async () => {
  const { inputsOf } = await record(() => [
    new PlanIdentities("chat", { plan: bounded(), keyArns: {} }),
    new PlanVaults("chat", { plan: bounded() }),
  ]);
  const roles = Object.values(inputsOf("aws:iam/role:Role"));

  expect(roles.length).toBeGreaterThan(4);
  for (const role of roles) expect(role).toMatchObject({ path: "/recovery/", permissionsBoundary });
  expect(roleArn(bounded(), "virginia", "messages", "backup")).toBe(
    `arn:aws:iam::${regionSiteOf(plan, "virginia").account}:role/recovery/chat-virginia-messages-backup`,
  );
});

test("a plan that asks for nothing has roles at the root, without a boundary", async () => {
  const { inputsOf } = await record(() => new PlanIdentities("chat", { plan, keyArns: {} }));

  for (const role of Object.values(inputsOf("aws:iam/role:Role"))) {
    expect(role).toMatchObject({ path: "/" });
    expect(role).not.toHaveProperty("permissionsBoundary");
  }
});
