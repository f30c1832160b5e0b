import { expect, test } from "vitest";

import { postgresDatasets } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { RestoredServer, type RestoredServerArgs } from "./restored-server.js";

const [, spec] = postgresDatasets(plan)[0] ?? expect.fail("the plan has a database");
const args: RestoredServerArgs = {
  plan,
  site: "oregon",
  dataset: "messages",
  spec,
  image: "runner:1",
  instance: "noon",
  epoch: 2,
  label: "20260101-020000F",
  target: "2026-01-01 12:00:00+00",
};
const recorded = await record(() => new RestoredServer("chat-noon", args));

test("a restored server stands apart: no Service, no way in, only names and TLS out", () => {
  expect(recorded.all).toEqual([
    "kubernetes:apps/v1:StatefulSet::chat-noon-server",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy::chat-noon-walls",
  ]);
  expect(recorded.inputsOf("kubernetes:networking.k8s.io/v1:NetworkPolicy")).toMatchObject({
    "chat-noon-walls": {
      spec: {
        podSelector: { matchLabels: { "secondsite.dev/restored": "messages-noon" } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [],
        egress: [
          {
            ports: [
              { port: 53, protocol: "UDP" },
              { port: 53, protocol: "TCP" },
              { port: 443, protocol: "TCP" },
            ],
          },
        ],
      },
    },
  });
});

test("it stops at the moment that was asked for, as an identity that can only read", () => {
  expect(recorded.inputsOf("kubernetes:apps/v1:StatefulSet")).toMatchObject({
    "chat-noon-server": {
      metadata: { name: "messages-noon", namespace: "chat" },
      spec: {
        replicas: 1,
        template: {
          spec: {
            serviceAccountName: "messages-restore",
            initContainers: [
              {
                command: [
                  "tini",
                  "--",
                  "secondsite",
                  "pod",
                  "restore",
                  "/etc/secondsite/plan.json",
                  "messages",
                  "--epoch=2",
                  "--label=20260101-020000F",
                  "--target=2026-01-01 12:00:00+00",
                ],
              },
            ],
          },
        },
      },
    },
  });
});

test.each([
  ["Noon", 'must consist of lower-case letters, digits and inner dashes, got "Noon"'],
  [
    "n".repeat(60),
    `makes "messages-${"n".repeat(60)}", which is longer than 52 characters; choose a shorter one`,
  ],
])("the instance %j is refused", (instance, message) => {
  expect(() => new RestoredServer("chat", { ...args, instance })).toThrow(
    `RestoredServer "chat": instance ${message}`,
  );
});
