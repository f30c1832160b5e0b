import { describe, expect, test } from "vitest";

import chat from "../plans/kubernetes-chat.js";
import { auditLogOf, auditLogs } from "./audit.js";
import { copySites, directSites, keptDatasets } from "./datasets.js";
import { set, smallPlan } from "./proofs/testing/small-plan.js";

describe("a plan with two regions", () => {
  test("has a log at each site that jobs write to, anchored at the other", () => {
    expect(auditLogs(chat)).toEqual([
      {
        ...{ name: "chat/virginia/customer", site: "virginia", category: "customer", region: "us-east-1" },
        ...{ bucket: "chat-virginia-customer", prefix: "audit/virginia/customer/" },
        anchors: {
          ...{ site: "oregon", region: "us-west-2", bucket: "chat-oregon-customer" },
          prefix: "audit-anchors/virginia/customer/",
        },
      },
      {
        ...{ name: "chat/oregon/customer", site: "oregon", category: "customer", region: "us-west-2" },
        ...{ bucket: "chat-oregon-customer", prefix: "audit/oregon/customer/" },
        anchors: {
          ...{ site: "virginia", region: "us-east-1", bucket: "chat-virginia-customer" },
          prefix: "audit-anchors/oregon/customer/",
        },
      },
    ]);
  });

  test.each([
    [{}, "chat/virginia/customer"],
    [{ dataset: "messages" }, "chat/virginia/customer"],
    [{ site: "oregon" }, "chat/oregon/customer"],
    [{ site: "oregon", dataset: "messages" }, "chat/oregon/customer"],
    // A store that jobs do not write to.
    [{ site: "isolated", dataset: "messages" }, "chat/virginia/customer"],
  ])("records %j in %s", (subject, name) => {
    expect(auditLogOf(chat, subject)?.name).toBe(name);
  });
});

test("a category with one written vault has a log that nothing outside holds, and says so by having no anchors", () => {
  const alone = smallPlan(
    ...keptDatasets(smallPlan()).flatMap(([name, { backups }]) =>
      backups.flatMap((backup, at) =>
        backup.kind === "replica" ? [] : [set(`/datasets/${name}/backups/${at}/direct`, ["east"])],
      ),
    ),
  );

  expect(auditLogs(alone).map(({ site, anchors }) => [site, anchors])).toEqual(
    auditLogs(alone).map(() => ["east", undefined]),
  );
  expect(auditLogs(alone)).not.toEqual([]);
});

test("every dataset is recorded at a site that its own jobs write to, in its own category", () => {
  for (const [dataset, spec] of keptDatasets(chat))
    for (const site of copySites(spec)) {
      const log = auditLogOf(chat, { site, dataset });
      expect(directSites(spec)).toContain(log?.site);
      expect(log?.category).toBe(spec.category);
    }
});
