import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

import { forkIn } from "./divergence-fork.js";
import { CommitReader } from "./divergence-log.js";
import { countCommits } from "./divergence-report.js";
import { openingProgram, seal } from "./divergence-seal.js";
import { lsnOf, position, segmentNames, segmentStart } from "./log-position.js";

const printed = [
  "rmgr: Standby     len (rec/tot):     50/    50, tx:          0, lsn: 0/07000028, prev 0/06000148, desc: RUNNING_XACTS nextXid 743 latestCompletedXid 742 oldestRunningXid 743",
  "rmgr: Heap        len (rec/tot):     59/    59, tx:        743, lsn: 0/07000060, prev 0/07000028, desc: INSERT off 4 flags 0x08, blkref #0: rel 1663/5/16384 blk 0",
  "rmgr: Heap        len (rec/tot):     59/    59, tx:        744, lsn: 0/070000A0, prev 0/07000060, desc: INSERT off 5 flags 0x08, blkref #0: rel 1663/5/16390 blk 0",
  "rmgr: Transaction len (rec/tot):     46/    46, tx:        743, lsn: 0/070000E0, prev 0/070000A0, desc: COMMIT 2026-11-21 06:34:00.123456 UTC; subxacts: 744",
  "rmgr: Heap        len (rec/tot):     59/    59, tx:        745, lsn: 0/07000110, prev 0/070000E0, desc: INSERT off 6 flags 0x08, blkref #0: rel 1663/5/16384 blk 0",
  "rmgr: Transaction len (rec/tot):     34/    34, tx:        745, lsn: 0/07000150, prev 0/07000110, desc: ABORT 2026-11-21 06:34:01.000000 UTC",
  "rmgr: Heap        len (rec/tot):     72/    72, tx:        746, lsn: 0/07000178, prev 0/07000150, desc: HOT_UPDATE off 1 xmax 746 flags 0x20 ; new off 2 xmax 0, blkref #0: rel 1663/5/16400 blk 0",
  "rmgr: Transaction len (rec/tot):     34/    34, tx:        746, lsn: 0/070001C0, prev 0/07000178, desc: COMMIT 2026-11-21 06:34:02.000000 UTC",
];

const commits = () => {
  const reader = new CommitReader();
  for (const line of printed) reader.line(line);
  return reader.commits;
};

test("commits are read from the log with all that they and their subtransactions changed; what aborted is none", () => {
  expect(commits()).toEqual([
    {
      xid: 743,
      lsn: "0/070000E0",
      at: new Date("2026-11-21T06:34:00.123Z"),
      files: new Set(["1663/5/16384", "1663/5/16390"]),
    },
    { xid: 746, lsn: "0/070001C0", at: new Date("2026-11-21T06:34:02Z"), files: new Set(["1663/5/16400"]) },
  ]);
});

test("the keeper's own probe is counted apart, and only where nothing else was changed", () => {
  const probe = "postgres.public.secondsite_probe";
  const tables = new Map([
    ["1663/5/16384", "postgres.public.entry"],
    ["1663/5/16390", probe],
    ["1663/5/16400", probe],
  ]);
  expect(countCommits(commits(), tables)).toEqual({
    ...{ commits: 1, probes: 1 },
    ...{ firstAt: "2026-11-21T06:34:00.123Z", lastAt: "2026-11-21T06:34:00.123Z" },
    tables: { "postgres.public.entry": 1, [probe]: 1 },
    transactions: [{ xid: 743, lsn: "0/070000E0", at: "2026-11-21T06:34:00.123Z" }],
  });
});

test("a timeline's history says where it left another one", () => {
  const history =
    "1\t0/7000000\tno recovery target specified\n\n2\t0/9000110\tno recovery target specified\n";
  expect([1, 2, 3].map((timeline) => forkIn(history, timeline))).toEqual([
    "0/7000000",
    "0/9000110",
    undefined,
  ]);
});

test("segments are named as PostgreSQL names them, over the end of a log file", () => {
  expect(segmentNames(1, position("0/FF000028"), position("1/1"))).toEqual([
    "0000000100000000000000FF",
    "000000010000000100000000",
  ]);
  expect(segmentNames(1, position("0/7000000"), position("0/7000000"))).toEqual([]);
  expect(lsnOf(segmentStart("0000000A0000000100000002"))).toBe("1/2000000");
  expect(() => position("7000000")).toThrow('"7000000" is no position in a write-ahead log');
});

test("what is sealed opens by the report's program, with that passphrase, as that object, unchanged, and not otherwise", async () => {
  const folder = await mkdtemp(join(tmpdir(), "secondsite-seal-"));
  try {
    const [sealed, opened] = [join(folder, "sealed"), join(folder, "opened")];
    const content = Buffer.from("acknowledged, and nowhere else");
    const body = await seal(content, "secret", "divergence/a");
    const open = async (PASSPHRASE: string, key: string, bytes: Buffer) => {
      await writeFile(sealed, bytes);
      const argv = ["--input-type=module", "--eval", openingProgram, sealed, key, opened];
      return (await execa(process.execPath, argv, { env: { PASSPHRASE }, reject: false })).exitCode;
    };
    const changed = Buffer.from(body);
    changed.writeUInt8(changed.readUInt8(80) ^ 1, 80);
    expect(await open("other", "divergence/a", body)).toBe(1);
    expect(await open("secret", "divergence/b", body)).toBe(1);
    expect(await open("secret", "divergence/a", changed)).toBe(1);
    expect(await open("secret", "divergence/a", body)).toBe(0);
    expect(await readFile(opened)).toEqual(content);
    expect(body.includes("acknowledged")).toBe(false);
    expect((await seal(content, "secret", "divergence/a")).equals(body)).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
