import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { z } from "zod";

import { projectRoot } from "../workspace.js";

const seconds = z.number().min(0);

/** The documented shape of `report.json`, and nothing else. */
const report = z.strictObject({
  plan: z.string(),
  scenario: z.string(),
  seed: z.int(),
  objectives: z.strictObject({ rtoSeconds: seconds.nullable(), rpoSeconds: seconds }),
  measured: z.strictObject({
    rtoSeconds: seconds.nullable(),
    rpoSeconds: seconds.nullable(),
    rowsCommitted: z.int(),
    rowsLost: z.int().nullable(),
  }),
  floorSeconds: seconds,
  phases: z.array(z.strictObject({ name: z.string(), startedAt: z.iso.datetime(), seconds })),
  verification: z.strictObject({
    tables: z.array(
      z.strictObject({
        name: z.string(),
        rows: z.int(),
        checksum: z.string().regex(/^[0-9a-f]{64}$/),
        matches: z.boolean(),
      }),
    ),
  }),
  verdict: z.enum(["met", "missed"]),
});

const evidence = z.object({
  reasons: z.array(z.string()),
  recorded: z.object({ connections: z.int(), calls: z.int(), offences: z.array(z.string()) }),
  twoWriters: z.object({ from: z.number().optional(), violations: z.array(z.unknown()) }).optional(),
});

/** What one rehearsal left behind. */
export interface Rehearsal {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly report: z.infer<typeof report>;
  readonly evidence: z.infer<typeof evidence>;
  readonly page: string;
}

/** The world that tests rehearse in. */
export const testWorld = { name: "rehearsal-test", net: 91 };

/** Runs the command as a person would, in a folder of its own, and reads its report. */
export async function rehearsed(...args: readonly string[]): Promise<Rehearsal> {
  const folder = await mkdtemp(join(tmpdir(), "secondsite-rehearsal-"));
  try {
    const program = join(projectRoot, "scripts/bin/secondsite.mjs");
    const { name, net } = testWorld;
    const { exitCode, stderr, stdout } = await execa(
      process.execPath,
      [
        ...[program, "rehearse", join(projectRoot, "plans/kubernetes-chat.ts"), "--json"],
        ...["--name", name, "--net", String(net), ...args],
      ],
      { cwd: folder, stdin: "ignore", reject: false },
    );
    const read = (file: string) => readFile(join(folder, ".secondsite/report/latest", file), "utf8");
    const text = await read("report.json").catch(() => {
      throw new Error(`no report; exit code ${exitCode}:\n${stderr.split("\n").slice(-20).join("\n")}`);
    });
    const parsed = report.parse(JSON.parse(text));
    if (JSON.stringify(JSON.parse(stdout)) !== JSON.stringify(JSON.parse(text)))
      throw new Error(`--json printed something else than report.json:\n${stdout}`);
    return {
      exitCode,
      stderr,
      report: parsed,
      evidence: evidence.parse(JSON.parse(await read("evidence.json"))),
      page: await read("report.html"),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
