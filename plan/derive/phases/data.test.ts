import { expect, test } from "vitest";

import { copy, every } from "../../builders.js";
import { at, base, copyAt, recovery, steps } from "../testing/recoveries.js";

test("D10: a database is restored onto a new server from beside it, when its own disks are gone", () => {
  expect(steps(recovery("database"))).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["provisioning", 240],
    ["restore-0", 600],
    ["verification", 300],
    ["start-0", 10],
  ]);
});

test("D10: a replica elsewhere is promoted instead; its lag is waited for", () => {
  const replica = { kind: "replica", to: "vault", lag: "30s" } as const;
  const rows = { ...base.datasets.rows, backups: [...base.datasets.rows.backups, replica] };
  const found = recovery("database", { datasets: { rows } });

  expect(found.to).toBe("vault");
  expect(steps(found)).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["promotion-rows", 90],
    ["start-0", 10],
  ]);
});

test("copies on the lost hardware do not count; where none is left the dataset is named", () => {
  expect(recovery("database", { datasets: at(["hall"]) }).missing).toEqual(["rows"]);
  expect(recovery("node", { datasets: at(["hall"]) }).missing).toEqual(["rows"]);
  expect(recovery("region", { datasets: at(["vault"]) }).missing).toEqual(["rows"]);
  expect(recovery("catastrophe", { datasets: at(["far"]) }).missing).toEqual(["rows"]);
  expect(recovery("catastrophe", { datasets: at(["cold"]) }).missing).toEqual([]);
});

test("D7: a cold tier has to be asked for data beforehand; Deep Archive takes twelve hours", () => {
  expect(steps(recovery("database", { datasets: at(["cold"]) }))).toContainEqual([
    "retrieval-cold",
    12 * 3_600,
  ]);
});

test("the fastest copy that is young enough is taken; a fast one that is too old is not", () => {
  const datasets = {
    rows: {
      ...base.datasets.rows,
      backups: [{ ...copyAt(["vault"]), schedule: every("10d") }, copyAt(["cold"])],
    },
  };
  expect(steps(recovery("database", { datasets }))).toContainEqual(["retrieval-cold", 43_200]);
  const objectives = { rpo: "30d", rto: {} } as const;
  expect(steps(recovery("database", { datasets, objectives }))).not.toContainEqual([
    "retrieval-cold",
    43_200,
  ]);
});

test("E1: certificates are restored by themselves", () => {
  const certificates = {
    ...{ at: "hall", category: "certificates", size: "1000MiB" },
    backups: [copy({ schedule: every("1h"), keep: "7d", direct: ["vault"] })],
  } as const;
  const expected = [
    ["notice", 60],
    ["decision", 120],
    ["restore-0", 100],
    ["verification", 50],
    ["start-0", 10],
  ];
  const authority = { ...base.datasets, authority: { kind: "pki", ...certificates } };
  expect(steps(recovery("certificates", { datasets: authority }))).toEqual(expected);
  const stored = {
    ...base.datasets,
    certificates: { kind: "files", ...certificates, path: "/etc/certificates" },
  };
  expect(steps(recovery("certificates", { datasets: stored }))).toEqual(expected);
});
