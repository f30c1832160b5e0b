import { expect, test } from "vitest";

import type { SealedPoint } from "../../engines/sealed/capture.js";
import type { ChainEntry } from "../../vault/index.js";
import { physicalTold, sealedTold } from "./backup-told.js";
import { verifyTold } from "./verify-told.js";

const point = (stored: number) => ({ entry: "point", bytes: { source: 1_000, stored } }) as ChainEntry;

test("a backup is told with its point and its size at each copy", () => {
  const captured = [
    { site: "virginia", label: "20260501-020000F", key: "a", entry: point(300) },
    { site: "oregon", label: "20260501-020100F", key: "b", entry: point(301) },
  ];

  const { samples, ...told } = physicalTold("messages", "physical", captured);
  expect(told).toEqual({
    point: "20260501-020000F",
    details: { copies: "virginia, oregon", storedBytes: 300, sourceBytes: 1_000 },
  });
  expect(samples?.map(({ name, labels: { site }, value }) => [name, site, value])).toEqual([
    ["backup_size_bytes", "virginia", 300],
    ["backup_source_bytes", "virginia", 1_000],
    ["backup_size_bytes", "oregon", 301],
    ["backup_source_bytes", "oregon", 1_000],
  ]);
});

test("a dump that a copy does not have is no success, and says which and why", () => {
  const appended = { key: "a", sha256: "", entry: point(300) };
  const found = {
    facts: { label: "20260501T020000Z" },
    copies: [
      { site: "office", store: "folder", appended },
      { site: "cloud", store: "s3://x", failure: new Error("HTTP 503") },
    ],
  } as unknown as SealedPoint;

  expect(sealedTold("tickets", "logical", found)).toMatchObject({
    ...{ exitCode: 3, message: "not every copy has it: cloud: HTTP 503", point: "20260501T020000Z" },
    details: { copies: "office" },
  });
});

test("a verification is told with what is wrong, copy by copy", () => {
  const copy = { dataset: "messages", manifests: 1, parts: 1, segments: 1 };
  const damage = [{ dataset: "messages", site: "oregon", object: "o", problem: "p" }];
  const { samples, ...told } = verifyTold("stored", {
    all: [
      { ...copy, site: "virginia", damage: [] },
      { ...copy, site: "oregon", damage },
      { ...copy, site: "isolated", damage: [], unreachable: "HTTP 503" },
    ] as never,
    repositories: [{ dataset: "messages", site: "virginia", good: false }],
    unread: [],
    points: [],
    dumps: [
      { dataset: "tickets", site: "office", kind: "logical", faults: [], points: [] },
      { dataset: "tickets", site: "offsite", kind: "logical", faults: ["it is not signed"], points: [] },
    ],
    exitCode: 1,
  });

  expect(told).toEqual({
    exitCode: 1,
    message:
      "objects that are damaged: 1; copies that do not answer: 1; repositories with damaged files: 1; logical of tickets at offsite: it is not signed",
    details: { good: false, copies: 3, damaged: 1, silent: 1 },
  });
  expect(samples?.map(({ value }) => value)).toEqual([1, 0, 0, 0, 0]);
  const nothing = { all: [], repositories: [], unread: [], points: [], dumps: [], exitCode: 0 };
  expect(verifyTold("stored", nothing)).toMatchObject({ exitCode: 0 });
});

test("a repository that nobody could read keeps its copy's last figure", () => {
  const copy = { dataset: "tickets", manifests: 1, parts: 1, segments: 1, damage: [] };
  const { samples, message } = verifyTold("structural", {
    all: ["office", "offsite"].map((site) => ({ ...copy, site })),
    ...{ repositories: [], dumps: [], points: [], exitCode: 3 },
    unread: [{ dataset: "tickets", site: "office", unverified: "no key at hand opens it" }],
  });

  expect(message).toBe("tickets at office could not be read here: no key at hand opens it");
  expect(samples?.map(({ labels, value }) => [labels.site, value])).toEqual([["offsite", 1]]);
});

test("a physical point that does not restore is named; of a copy where none could be tried the last figure stays", () => {
  const copy = { dataset: "tickets", manifests: 1, parts: 1, segments: 1, damage: [] };
  const point = { dataset: "tickets", level: "restored", faults: [] } as const;
  const { samples, message } = verifyTold("restored", {
    ...{
      all: [
        { ...copy, site: "office" },
        { ...copy, site: "offsite" },
      ],
      repositories: [],
      unread: [],
      dumps: [],
    },
    points: [
      {
        ...point,
        site: "office",
        label: "20260501-020000F",
        faults: [{ item: "restore", message: "damaged" }],
      },
      { ...point, site: "offsite", label: "20260501-020100F", level: "structural", unverified: "no room" },
    ],
    exitCode: 1,
  });

  expect(message).toBe(
    "20260501-020000F of tickets at office does not restore; 20260501-020100F could not be restored here: no room",
  );
  expect(samples?.map(({ labels, value }) => [labels.site, value])).toEqual([["office", 0]]);
});
