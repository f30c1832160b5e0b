import { bech32 } from "@scure/base";
import { z } from "zod";

import { because, date, duration, existing, name, period, shown } from "./fields.js";

/** Who may, who must, who is called, and what was agreed. */

const principal = z.string().regex(/^arn:aws:iam::\d{12}:(?:root|(?:role|user)\/\S+)$/, {
  error: ({ input }) => `expected the ARN of a role, a user or an account's root, got ${shown(input)}`,
});

export const identities = z.strictObject({
  /** Who may change the configuration of vaults: the role that runs `pulumi up`. */
  deployers: z.array(principal).min(1),
  /** Who may delete versions and end keys, and only in an emergency. */
  breakGlass: z.array(principal).min(1),
});

export const keyProvider = z.enum(["kms", "age"]);

const ageRecipient = z
  .string()
  .regex(/^age1[02-9ac-hj-np-z]{58,}$/, {
    error: ({ input }) => `expected an age recipient (age1…, the public half), got ${shown(input)}`,
    abort: true,
  })
  // A holder whose half is mistyped opens nothing on the day: its checksum tells.
  .refine((text) => bech32.decodeUnsafe(text, false) !== undefined, {
    error: ({ input }) =>
      `expected an age recipient as age-keygen printed it, got ${shown(input)}, which is mistyped`,
  });

const ofCategory = z.strictObject({
  provider: keyProvider.optional(),
  rotation: duration.optional(),
  /** Sites the key can be used at. @default where copies of the category are */
  at: z.array(z.string()).min(1).optional(),
  /** A category whose key it shares. Sharing is an error unless it is waived. */
  sharedWith: z.string().optional(),
  key: existing.optional(),
  /** Provider `age`: public half of the category's key; its identity is where restores run. */
  recipient: ageRecipient.optional(),
});

export const keys = z
  .strictObject({
    provider: keyProvider.default("kms"),
    rotation: duration.default("365d"),
    /** How long a key that is to be deleted can still be saved. KMS: 7 to 30 days. */
    deletionWindow: duration.default("30d"),
    categories: z.record(name, ofCategory).default({}),
    /** An offline key that opens every recovery point when the account is gone. */
    recovery: z
      .strictObject({
        /** Each holds it, apart from the others; see `people`. */
        holders: z.array(z.string()).min(2, { error: "expected at least two holders of the recovery key" }),
        /** Where it lies, for the person who has to fetch it. */
        kept: z.string().min(1),
        /** Public halves (age recipients), one for each holder; everything is wrapped for all of them. @default none */
        recipients: z.array(ageRecipient).default([]),
      })
      .optional(),
  })
  .prefault({});

/** What taking over needs beside the data. */
export const recoveryNeeds = [
  "state",
  "state-secrets",
  "keys",
  "registry",
  "control-plane",
  "secrets",
  "identity",
  "plugins",
  "packages",
  "sign-on",
] as const;
export type RecoveryNeed = (typeof recoveryNeeds)[number];

/** Where each can be had: sites of the plan, or somewhere outside that is in none of their failure domains. */
export const closure = z
  .partialRecord(
    z.enum(recoveryNeeds),
    z.strictObject({
      at: z.array(z.string()).default([]),
      outside: z.string().min(1).optional(),
    }),
  )
  .default({});

/** Who starts, writes and deletes: the shape blast radius is judged by, for what no component derives. */
export const access = z
  .record(
    name,
    z.strictObject({
      /** Datasets or sites in production that it can change. */
      writes: z.array(z.string()).default([]),
      /** Sites whose recovery points or keys it can delete. */
      deletes: z.array(z.string()).default([]),
      multiFactor: z.boolean().default(false),
      /** Days between reviews of who it is. */
      reviewed: duration.optional(),
    }),
  )
  .default({});

export const drill = z.strictObject({
  kind: z.enum([
    "integrity",
    "restore",
    "service",
    "failover",
    "region",
    "full",
    "cold-storage",
    "chaos",
    "training",
  ]),
  every: period,
  owner: z.string().optional(),
  /** @default all */
  datasets: z.array(z.string()).optional(),
  /** When it was last done, and went well. @default never */
  last: date.optional(),
});

export const alert = z.strictObject({
  on: z.enum(["job-failed", "verification-failed", "age", "storage", "lag", "error-rate", "query-time"]),
  /** `age` and `lag`: fires beyond this. */
  after: duration.optional(),
  /** `storage`, `error-rate`: fires beyond so many percent. */
  percent: z.number().min(0).max(100).optional(),
  severity: z.enum(["warning", "high", "critical"]).default("critical"),
  /** @default all */
  datasets: z.array(z.string()).optional(),
  /** People or channels; see `people`. */
  to: z.array(z.string()).default([]),
});

export const person = z.strictObject({
  title: z.string().min(1),
  /** How they are reached at 3 a.m. */
  reach: z.string().min(1),
  duties: z.array(z.string()).default([]),
});

export const dependency = z.strictObject({
  what: z.string().min(1),
  /** What does not work while it is away. */
  impact: z.string().min(1),
  contact: z.string().optional(),
});

/** A finding that is accepted for a while. */
export const waiver = z.strictObject({
  rule: z.string().regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)+$/, {
    error: ({ input }) => `expected a rule such as "rpo/account", got ${shown(input)}`,
  }),
  /** Place of the finding. @default every place */
  at: z.string().optional(),
  reason: because("why the finding is accepted"),
  /** Last day on which it is. */
  until: date,
  by: z.string(),
});

export type Identities = z.output<typeof identities>;
export type Drill = z.output<typeof drill>;
export type DrillKind = Drill["kind"];
export type Alert = z.output<typeof alert>;
export type Waiver = z.output<typeof waiver>;
