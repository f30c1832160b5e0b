import { awsRegion, objectStore } from "../../builders.js";
import type { PlanInput } from "../../schema/index.js";

/** What generated and small plans share: two regions of a cloud, a store in another account, two people. */

const account = "111111111111";

/** Losing the one provider is accepted. */
export const oneProvider = {
  provider: { accepted: "one provider is enough here" },
} satisfies PlanInput["objectives"]["rpoBy"];

export const identities = {
  deployers: [`arn:aws:iam::${account}:role/deploy`],
  breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
} satisfies PlanInput["identities"];

export const keys = {
  recovery: {
    holders: ["ada", "bob"],
    kept: "two safes",
    // Examples: nobody kept their identities.
    recipients: [
      "age12p5c8c5ajkyyh3hdnsalqyjvft55vp6c3fld826g0fr0zjcwr5fqv60du6",
      "age1seydsa2rz6qmx868he437c88632l7cjlt6sn69p30pesnlcmm9hs77gzrv",
    ],
  },
} satisfies PlanInput["keys"];

/** `east` serves, `west` takes over, `apart` keeps copies out of the reach of both. */
export const twoRegions = (mode: "warm" | "active") =>
  ({
    east: awsRegion({ region: "us-east-1", account, role: "primary" }),
    west: awsRegion({ region: "us-west-2", account, role: "standby", mode }),
    apart: objectStore({ provider: "aws", region: "us-east-2", account: "222222222222" }),
  }) satisfies PlanInput["sites"];

export const people = {
  ada: { title: "Operations", reach: "line 1" },
  bob: { title: "Engineering", reach: "line 2" },
} satisfies PlanInput["people"];

/** Somebody hears of all that goes wrong with backups. */
export const alerts = [
  { on: "job-failed", to: ["ada"] },
  { on: "verification-failed", to: ["ada"] },
  { on: "age", to: ["ada"] },
  { on: "storage", percent: 80, to: ["ada"] },
] satisfies PlanInput["alerts"];
