import { describe, expect, test } from "vitest";

import messenger from "../plans/airgapped-messenger.js";
import chat from "../plans/kubernetes-chat.js";
import { auditLogOf, auditLogs, hasBucket } from "./audit.js";
import { copySites, directSites, keptDatasets } from "./datasets.js";
import { set, smallPlan } from "./proofs/testing/small-plan.js";

describe("a plan with two regions", () => {
  test("has a log at each site that jobs write to, anchored at the other", () => {
    const log = (site: string, other: string) => ({
      ...{ name: `chat/${site}/customer`, site, category: "customer" },
      ...{ bucket: `chat-${site}-customer`, prefix: `audit/${site}/customer/` },
      anchors: {
        ...{ site: other, category: "customer" },
        ...{ bucket: `chat-${other}-customer`, prefix: `audit-anchors/${site}/customer/` },
      },
    });
    expect(auditLogs(chat)).toEqual([log("virginia", "oregon"), log("oregon", "virginia")]);
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

test("where copies are on own hardware, a log is used once somebody says where it is", () => {
  const [dataset = "", spec] = keptDatasets(messenger)[0] ?? [];
  const [site = ""] = spec ? directSites(spec) : [];
  expect(hasBucket(messenger, site)).toBe(false);

  expect(auditLogOf(messenger, { site, dataset })?.site).not.toBe(site);
  expect(auditLogOf(messenger, { site, dataset }, [site])?.site).toBe(site);
});
