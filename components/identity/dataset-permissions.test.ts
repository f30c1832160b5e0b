import { describe, expect, test } from "vitest";

import { names } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { keptState, stateDataset } from "../testing/kept-state.js";
import { datasetPermissions } from "./dataset-permissions.js";
import type { Statement } from "./policy-document.js";

const keys = ["arn:aws:kms:us-east-1:000000000000:key/mrk-1", "arn:aws:kms:us-west-2:000000000000:key/mrk-1"];
const vaults = ["chat-virginia-customer", "chat-oregon-customer"].map((name) => `arn:aws:s3:::${name}`);
const lease = "arn:aws:s3:::chat-witness-lease/leases/messages.json";
const inVaults = (prefix: string) => vaults.map((vault) => `${vault}/${prefix}*`);
const [repository, manifests, divergence, passphrase, signers, ring, points, leases, clocks, heads] = [
  inVaults("pgbackrest/messages/"),
  inVaults("manifests/messages/"),
  inVaults("divergence/messages/"),
  inVaults("keys/messages/passphrase."),
  inVaults("keys/messages/signing-"),
  inVaults("keys/messages/"),
  inVaults("points/messages/"),
  inVaults("leases/jobs/messages/"),
  inVaults("leases/clock/messages/"),
  inVaults("heads/messages/"),
];
/** What dumps are made of and with. */
const dumps = [...points, ...leases, ...clocks];

/** Logs of operations, and their heads, each at the other site. */
const audit = [
  ...["virginia", "oregon"].map((site) => `arn:aws:s3:::chat-${site}-customer/audit/${site}/customer/*`),
  "arn:aws:s3:::chat-oregon-customer/audit-anchors/virginia/customer/*",
  "arn:aws:s3:::chat-virginia-customer/audit-anchors/oregon/customer/*",
];

/** Every action that a job is allowed, with its resources; what is not here is refused. */
const allowed: Record<names.DatasetJob, Record<string, readonly string[]>> = {
  secrets: {
    "s3:ListBucket": vaults,
    "s3:GetObject": ring,
    "s3:PutObject": ring,
    // Through S3.
    "kms:Decrypt": keys,
    "kms:GenerateDataKey": keys,
    // By its own.
    "kms:Encrypt": keys,
  },
  database: {
    // Its own prefixes, and those of what it exports.
    "s3:ListBucket": [...vaults, ...vaults, "arn:aws:s3:::chat-witness-lease"],
    "s3:GetObject": [...passphrase, ...signers, ...repository, ...manifests, ...divergence, lease],
    "s3:PutObject": [...repository, ...divergence, lease],
    // Through S3, and by its own.
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
  backup: {
    // Its own prefixes, and those of the audit logs.
    "s3:ListBucket": [...vaults, ...vaults, "arn:aws:s3:::chat-witness-lease"],
    "s3:GetObject": [...heads, ...ring, ...repository, ...manifests, ...dumps, ...audit, lease],
    "s3:PutObject": [...heads, ...repository, ...manifests, ...dumps, ...audit],
    "s3:DeleteObject": [...repository, ...dumps],
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
  restore: {
    "s3:ListBucket": vaults,
    "s3:GetObject": [...ring, ...repository, ...manifests],
    "kms:Decrypt": [...keys, ...keys],
  },
  verify: {
    "s3:ListBucket": [...vaults, ...vaults],
    "s3:GetObject": [...heads, ...ring, ...repository, ...points, ...manifests, ...audit],
    "s3:PutObject": [...heads, ...manifests, ...audit],
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
  prune: {
    "s3:ListBucket": [...vaults, ...vaults],
    "s3:ListBucketVersions": vaults,
    "s3:ListBucketMultipartUploads": vaults,
    "s3:GetObject": [...heads, ...ring, ...manifests, ...leases, ...clocks, ...audit],
    "s3:PutObject": [...heads, ...manifests, ...leases, ...clocks, ...audit],
    "s3:DeleteObject": [...points, ...leases, ...clocks],
    "s3:GetObjectRetention": points,
    "s3:AbortMultipartUpload": [...points, ...manifests, ...ring],
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
  lock: {
    "s3:ListBucket": [...vaults, ...vaults],
    "s3:ListBucketVersions": vaults,
    "s3:GetObject": [...heads, ...ring, ...repository, ...manifests, ...clocks, ...audit],
    "s3:PutObject": [...clocks, ...audit],
    "s3:GetObjectRetention": [...repository, ...points, ...manifests, ...ring],
    "s3:PutObjectRetention": [...repository, ...points, ...manifests, ...ring],
    // Through S3 alone.
    "kms:Decrypt": keys,
    "kms:GenerateDataKey": keys,
  },
  drill: {
    "s3:ListBucket": [...vaults, ...vaults],
    "s3:GetObject": [...heads, ...ring, ...points, ...manifests, ...audit],
    "s3:PutObject": [...heads, ...manifests, ...audit],
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
  replay: {
    "s3:ListBucket": [...vaults, ...vaults],
    "s3:GetObject": [...heads, ...ring, ...repository, ...manifests, ...audit],
    "s3:PutObject": [...heads, ...manifests, ...audit],
    "kms:Decrypt": [...keys, ...keys],
    "kms:GenerateDataKey": keys,
  },
};

/**
 * What each job does with the category's key by its own, and for which keys of the ring: the encryption context of their
 * wrappings. Everything else it does through S3.
 */
const ownUse: Record<names.DatasetJob, Record<string, readonly string[]>> = {
  secrets: { "kms:Encrypt": ["passphrase", "signing-*", "data-*"] },
  database: { "kms:Decrypt": ["passphrase"] },
  backup: { "kms:Decrypt": ["passphrase", "signing-*", "data-*"] },
  restore: { "kms:Decrypt": ["passphrase", "data-*"] },
  verify: { "kms:Decrypt": ["signing-*"] },
  prune: { "kms:Decrypt": ["signing-*"] },
  lock: {},
  drill: { "kms:Decrypt": ["signing-*", "data-*"] },
  replay: { "kms:Decrypt": ["passphrase", "signing-*"] },
};

const opensPassphrases = (job: names.DatasetJob) => Object.values(ownUse[job]).flat().includes("passphrase");

const list = <T>(given: T | readonly T[] | undefined): readonly T[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as T];

/** Action → resources, from statements. */
function granted(statements: readonly Statement[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { Action, Resource } of statements)
    for (const action of list(Action))
      found[action] = [...(found[action] ?? []), ...list(Resource).map(String)];
  return found;
}

test("every job of a dataset is in the table", () => {
  expect(Object.keys(allowed).sort()).toEqual([...names.datasetJobs].sort());
});

describe.each(names.datasetJobs)("the %s job", (job) => {
  const statements = datasetPermissions(plan, "messages", job, keys);

  test("may do exactly what the table says", () => {
    const sorted = (table: Record<string, readonly string[]>) =>
      Object.fromEntries(Object.entries(table).map(([action, on]) => [action, on.toSorted()]));
    expect(sorted(granted(statements))).toEqual(sorted(allowed[job]));
    expect(statements.map(({ Effect }) => Effect)).toEqual(statements.map(() => "Allow"));
  });

  test("deletes no version, bypasses no lock, ends no key, reconfigures nothing, and names no wildcard", () => {
    for (const action of Object.keys(granted(statements)))
      expect(action).toMatch(
        /^(s3:(ListBucket(Versions|MultipartUploads)?|(Get|Put|Delete)Object|[GP][eu]tObjectRetention|AbortMultipartUpload)|kms:(Decrypt|Encrypt|GenerateDataKey))$/,
      );
    // A vault's lock is one of compliance, which nobody can make shorter.
    expect("s3:PutObjectRetention" in granted(statements)).toBe(job === "lock");
    for (const resource of Object.values(granted(statements)).flat())
      expect(resource).not.toMatch(/^\*|:::\*|isolated/);
  });

  test("uses the category's key for its own keys by their context, and otherwise through S3 of the copies' regions", () => {
    const used = statements.filter(({ Action }) => list(Action).some((action) => action.startsWith("kms:")));
    const own = used.filter(({ Condition }) => !Condition?.StringEquals?.["kms:ViaService"]);
    expect(Object.fromEntries(own.map(({ Action, Condition }) => [Action, Condition]))).toEqual(
      Object.fromEntries(
        Object.entries(ownUse[job]).map(([action, ids]) => [
          action,
          {
            StringEquals: {
              "kms:EncryptionContext:plan": "chat",
              "kms:EncryptionContext:dataset": "messages",
            },
            // Passphrases of the first vaults are bound to no key's name.
            [opensPassphrases(job) ? "StringLikeIfExists" : "StringLike"]: {
              "kms:EncryptionContext:key": ids,
            },
          },
        ]),
      ),
    );
    expect(used.filter((one) => !own.includes(one)).map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com", "s3.us-west-2.amazonaws.com"] },
      },
    ]);
  });

  test("lists its own prefixes only", () => {
    const [first] = statements;
    expect(first?.Condition).toEqual({
      StringLike: {
        "s3:prefix": [
          ...["", "pgbackrest/messages/*", "manifests/messages/*", "keys/messages/*"],
          ...["points/messages/*", "leases/jobs/messages/*", "heads/messages/*"],
        ],
      },
    });
  });
});

test("what signs is opened by those that add to chains alone; only secrets writes keys, and it opens none", () => {
  const signing = names.datasetJobs.filter((job) => ownUse[job]["kms:Decrypt"]?.includes("signing-*"));
  const adding = names.datasetJobs.filter((job) =>
    allowed[job]["s3:PutObject"]?.some((on) => manifests?.includes(on)),
  );
  expect(signing).toEqual(["backup", "verify", "prune", "drill", "replay"]);
  expect(adding).toEqual(signing);
  const writers = names.datasetJobs.filter((job) =>
    allowed[job]["s3:PutObject"]?.some((on) => ring.includes(on)),
  );
  expect(writers).toEqual(["secrets"]);
  expect(ownUse.secrets["kms:Decrypt"]).toBeUndefined();
});

test("audit logs are added to by whoever is recorded, and only by writes that cannot overwrite", () => {
  const writing = names.datasetJobs.flatMap((job) =>
    datasetPermissions(plan, "messages", job, keys)
      .filter(({ Resource }) => list(Resource).some((on) => /\/audit/.test(String(on))))
      .filter(({ Action }) => list(Action).some((action) => action !== "s3:GetObject"))
      .map(({ Action, Condition }) => ({ job, Action, Condition })),
  );
  expect(writing).toEqual(
    ["backup", "verify", "prune", "lock", "drill", "replay"].map((job) => ({
      ...{ job, Action: "s3:PutObject" },
      Condition: { Null: { "s3:if-none-match": "false" } },
    })),
  );
});

test("only the database holds the lease: nothing that writes history writes production", () => {
  const writes = (job: names.DatasetJob) =>
    granted(datasetPermissions(plan, "messages", job, keys))["s3:PutObject"] ?? [];
  expect(names.datasetJobs.filter((job) => writes(job).includes(lease))).toEqual(["database"]);
  expect(writes("database").some((on) => on.includes("/manifests/"))).toBe(false);
});

test("of what upkeep adds to chains nothing overwrites; points are dropped by prune and by a backup that failed alone", () => {
  for (const job of ["verify", "prune", "drill", "replay"] as const)
    for (const { Action, Resource, Condition } of datasetPermissions(plan, "messages", job, keys))
      if (
        list(Action).includes("s3:PutObject") &&
        list(Resource).some((on) => String(on).includes("/manifests/"))
      )
        expect(Condition).toEqual({ Null: { "s3:if-none-match": "false" } });
  const dropping = names.datasetJobs.filter((job) =>
    granted(datasetPermissions(plan, "messages", job, keys))["s3:DeleteObject"]?.some((on) =>
      points?.includes(on),
    ),
  );
  expect(dropping).toEqual(["backup", "prune"]);
});

test("a plan without a lease grants nothing on one, and an unknown dataset nothing at all", () => {
  const { lease: _, ...without } = plan;
  const resources = names.datasetJobs.flatMap((job) =>
    Object.values(granted(datasetPermissions(without, "messages", job, keys))).flat(),
  );
  const leases = resources.filter((resource) => resource.includes("witness") || resource === lease);
  expect(leases).toEqual([]);
  expect(datasetPermissions(plan, "cache", "backup", keys)).toEqual([]);
});

describe("Pulumi's state", () => {
  const kept = keptState();
  const of = (job: names.DatasetJob, from = kept) => datasetPermissions(from, stateDataset, job, keys);
  const own = (prefix: string) => inVaults(`${prefix}/infrastructure-state/`);
  const state = "arn:aws:s3:::chat-state";

  test("C19: the backup reads the backend's own objects, writes to its vaults' prefixes, and nothing else", () => {
    const chains = [...own("manifests"), ...own("heads")];
    const written = [...chains, ...own("points"), ...own("leases/jobs"), ...own("leases/clock"), ...audit];
    const sorted = (table: Record<string, readonly string[]>) =>
      Object.fromEntries(Object.entries(table).map(([action, on]) => [action, on.toSorted()]));
    expect(sorted(granted(of("backup")))).toEqual(
      sorted({
        "s3:ListBucket": [...vaults, ...vaults, state],
        "s3:GetObject": [...written, ...own("keys"), `${state}/teams/chat/.pulumi/*`],
        "s3:PutObject": written,
        "s3:DeleteObject": [...own("points"), ...own("leases/jobs"), ...own("leases/clock")],
        // By its own, and through S3.
        "kms:Decrypt": [...keys, ...keys],
        "kms:GenerateDataKey": keys,
      }),
    );
    expect(of("backup").find(({ Sid }) => Sid === "ListState")?.Condition).toEqual({
      StringLike: { "s3:prefix": "teams/chat/.pulumi/*" },
    });
  });

  test("C19: of its keys each job opens what it uses, by the names that they are bound to", () => {
    const opened = (job: names.DatasetJob) =>
      of(job).flatMap(({ Action, Condition }) => {
        const { "kms:EncryptionContext:key": ids } = Condition?.StringLike ?? {};
        return ids === undefined ? [] : [[Action, ids]];
      });
    expect(Object.fromEntries(names.datasetJobs.map((job) => [job, opened(job)]))).toEqual({
      ...{
        secrets: [["kms:Encrypt", ["signing-*", "data-*"]]],
        database: [],
        restore: [],
        drill: [],
        replay: [],
        lock: [],
      },
      backup: [["kms:Decrypt", ["signing-*", "data-*"]]],
      ...{ verify: [["kms:Decrypt", ["signing-*"]]], prune: [["kms:Decrypt", ["signing-*"]]] },
    });
  });

  test("C19: no other job reaches the backend, none a database's repository or lease, and none can write where state lies", () => {
    for (const job of names.datasetJobs) {
      const said = JSON.stringify(of(job));
      expect(said).not.toMatch(/pgbackrest|passphrase|witness|messages/);
      expect(said.includes(state), job).toBe(job === "backup");
    }
    for (const job of names.datasetJobs)
      expect(JSON.stringify(datasetPermissions(kept, "messages", job, keys))).not.toContain(state);
    const changing = of("backup").filter(({ Action }) => list(Action).some((one) => /Put|Delete/.test(one)));
    expect(JSON.stringify(changing)).not.toContain(state);
  });

  test("C19: where nothing in a cluster keeps it, no role is for it", () => {
    expect(names.datasetJobs.flatMap((job) => of(job, plan))).toEqual([]);
  });
});
