import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { workloadTrustPinned } from "./workload-trust-pinned.js";

const issuer = "oidc.eks.us-east-1.amazonaws.com/id/ABC";
const [sub, aud] = [`${issuer}:sub`, `${issuer}:aud`];
const pinned = { [sub]: "system:serviceaccount:chat:messages-backup", [aud]: "sts.amazonaws.com" };
const judged = (Condition: object, Action = "sts:AssumeRoleWithWebIdentity") => {
  const statement = {
    Effect: "Allow",
    Principal: { Federated: "arn:aws:iam::1:oidc-provider/x" },
    Action,
    Condition,
  };
  const assumeRolePolicy = JSON.stringify({ Statement: [statement] });
  return judge(workloadTrustPinned, [
    { type: "aws:iam/role:Role", name: "backup", props: { assumeRolePolicy } },
  ]);
};
const unpinned = (claim: string, count: number) =>
  `role "backup" does not pin "${claim}": StringEquals must name exactly one value, got ${count}`;

test("passes a role for one ServiceAccount's tokens, made for AWS", async () => {
  expect(await judged({ StringEquals: pinned })).toEqual([]);
});

test("leaves roles alone that no token opens", async () => {
  expect(await judged({}, "sts:AssumeRole")).toEqual([]);
});

test("fails a trust that leaves the subject or the audience open", async () => {
  expect(await judged({ StringEquals: { [aud]: pinned[aud] } })).toEqual([unpinned("sub", 0)]);
  expect(await judged({ StringEquals: { [sub]: pinned[sub] } })).toEqual([unpinned("aud", 0)]);
  expect(await judged({})).toEqual([unpinned("sub", 0), unpinned("aud", 0)]);
});

test("fails patterns: a namespace's every ServiceAccount is not one", async () => {
  expect(
    await judged({
      StringLike: { [sub]: "system:serviceaccount:chat:*" },
      StringEquals: { [aud]: pinned[aud] },
    }),
  ).toEqual([unpinned("sub", 0)]);
});

test("fails a list of subjects", async () => {
  expect(await judged({ StringEquals: { ...pinned, [sub]: ["one", "two"] } })).toEqual([unpinned("sub", 2)]);
});

test("fails an open trust that hides behind a wildcard action", async () => {
  expect(await judged({ StringEquals: { [aud]: pinned[aud] } }, "sts:*")).toEqual([unpinned("sub", 0)]);
});
