import { expect, test } from "vitest";

import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { SiteRegion } from "./site-region.js";

const images = { runner: "runner:1", services: { api: "api:1" } };
const side = (active: boolean) =>
  record(() => new SiteRegion("chat-oregon", { plan, site: "oregon", active, images }));
const [waiting, active] = [await side(false), await side(true)];

const inputs = (recorded: typeof active) =>
  Object.fromEntries(
    recorded.resources.map(({ type, name, inputs: given }) => [`${type}::${name}`, given] as const),
  );

test("a pilot light holds all that surrounds databases and services, and none of them", () => {
  expect(waiting.all).toEqual([
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-drill-cron",
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-lock-cron",
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-physical-cron",
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-prune-cron",
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-replay-cron",
    "kubernetes:batch/v1:CronJob::chat-oregon-messages-verify-cron",
    "kubernetes:batch/v1:Job::chat-oregon-messages-secrets-job",
    "kubernetes:core/v1:ConfigMap::chat-oregon-plan",
    "kubernetes:core/v1:Namespace::chat-oregon-namespace",
    "kubernetes:core/v1:Service::chat-oregon-doors-database",
    "kubernetes:core/v1:Service::chat-oregon-doors-health",
    "kubernetes:core/v1:Service::chat-oregon-doors-pods",
    "kubernetes:core/v1:Service::chat-oregon-doors-service",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-backup",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-database",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-drill",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-lock",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-prune",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-replay",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-restore",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-secrets-account",
    "kubernetes:core/v1:ServiceAccount::chat-oregon-messages-verify",
    "kubernetes:rbac.authorization.k8s.io/v1:Role::chat-oregon-messages-secrets-role",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::chat-oregon-messages-secrets-binding",
  ]);
});

test("active adds the database and the service, selectors to the doors, and wakes the schedules; nothing else differs", () => {
  const [before, after] = [inputs(waiting), inputs(active)];
  const added = Object.keys(after).filter((key) => !(key in before));
  expect(added).toEqual([
    "kubernetes:apps/v1:Deployment::chat-oregon-api-deployment",
    "kubernetes:apps/v1:StatefulSet::chat-oregon-messages-server",
  ]);
  expect(Object.keys(before).filter((key) => !(key in after))).toEqual([]);

  const changed = Object.keys(before).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const spec = (of: object | undefined) => (of as { spec: Record<string, unknown> }).spec;
  const differences = changed.map((key) => {
    const [one, other] = [spec(before[key]), spec(after[key])];
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return [
      key,
      Object.fromEntries(
        keys
          .filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
          .map((name) => [name, [one[name], other[name]]]),
      ),
    ];
  });
  const dataset = { "secondsite.dev/dataset": "messages" };
  expect(Object.fromEntries(differences)).toEqual({
    ...Object.fromEntries(
      ["drill", "lock", "physical", "prune", "replay", "verify"].map((job) => [
        `kubernetes:batch/v1:CronJob::chat-oregon-messages-${job}-cron`,
        { suspend: [true, false] },
      ]),
    ),
    "kubernetes:core/v1:Service::chat-oregon-doors-database": { selector: [undefined, dataset] },
    "kubernetes:core/v1:Service::chat-oregon-doors-health": { selector: [undefined, dataset] },
    "kubernetes:core/v1:Service::chat-oregon-doors-service": {
      selector: [undefined, { "secondsite.dev/service": "api" }],
    },
  });
});

test("both sides are the same component: the primary differs from an active standby in its site's name alone", async () => {
  const primary = await record(
    () => new SiteRegion("chat-oregon", { plan, site: "virginia", active: true, images }),
  );
  const renamed = JSON.stringify(inputs(primary))
    .replaceAll('"SECONDSITE_SITE","value":"virginia"', '"SECONDSITE_SITE","value":"oregon"')
    .replaceAll('"AWS_REGION","value":"us-east-1"', '"AWS_REGION","value":"us-west-2"')
    .replaceAll("role/chat-virginia-", "role/chat-oregon-");
  // Dumps are made where a copy of them is.
  const { "kubernetes:batch/v1:CronJob::chat-oregon-messages-logical-cron": dumps, ...others } =
    JSON.parse(renamed);
  expect(others).toEqual(inputs(active));
  expect(dumps).toMatchObject({ metadata: { name: "messages-logical" }, spec: { schedule: "0 2 * * *" } });
});

test("the namespace enforces the restricted profile, and every Pod keeps to it", () => {
  expect(active.inputsOf("kubernetes:core/v1:Namespace")).toMatchObject({
    "chat-oregon-namespace": {
      metadata: { name: "chat", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
  });
  const pods = active.resources.flatMap(({ type, inputs: given }) =>
    podsIn(given).map((pod) => [type, pod] as const),
  );
  expect(pods.map(([type]) => type).sort()).toEqual([
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    ...Array.from({ length: 6 }, () => "kubernetes:batch/v1:CronJob"),
    "kubernetes:batch/v1:Job",
  ]);
  for (const [type, pod] of pods) {
    expect(pod.securityContext, type).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])])
      expect(container.securityContext, `${type} ${container.name}`).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
  }
});

test("no password or key passes through what Pulumi keeps", () => {
  expect(active.inputsOf("kubernetes:core/v1:Secret")).toEqual({});
  expect(active.inputsOf("kubernetes:rbac.authorization.k8s.io/v1:Role")).toMatchObject({
    "chat-oregon-messages-secrets-role": {
      rules: [
        { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
        {
          apiGroups: [""],
          resources: ["secrets"],
          resourceNames: ["messages-secrets"],
          verbs: ["get", "patch"],
        },
      ],
    },
  });
});

interface Pod {
  readonly securityContext: unknown;
  readonly containers: readonly { readonly name: string; readonly securityContext: unknown }[];
  readonly initContainers?: Pod["containers"];
}

/** Pod specs anywhere in a resource's inputs. */
function podsIn(value: unknown): Pod[] {
  if (value === null || typeof value !== "object") return [];
  if ("containers" in value) return [value as Pod];
  return Object.values(value).flatMap(podsIn);
}
