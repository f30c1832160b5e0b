import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { isDeepStrictEqual } from "node:util";

import { makeFolder, type VerificationLevel } from "../../vault/index.js";
import { checked, storedFaults } from "../checked-parts.js";
import type { Fault, Part, PartReader, Run, Verdict } from "../engine.js";
import { EngineError, fullDisk } from "../errors.js";
import { partOf } from "../point-fields.js";
import { openStaging } from "../staging.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { integrityFaults } from "./integrity.js";
import { type CapturedStack, remarks, type StatePoint } from "./point.js";
import { pulumiAt } from "./program.js";

/**
 * Verifies a point at one level; each includes the ones before it. `structural`: every checkpoint is one that Pulumi
 * would use. `restored`: Pulumi itself exports each stack, from a folder of its own, as it was captured.
 *
 * @throws EngineError (3) when it cannot be verified here, for want of Pulumi or of room: that says nothing about the point
 */
export async function verify(
  point: StatePoint,
  parts: PartReader,
  level: VerificationLevel,
  run: Run,
): Promise<Verdict> {
  const verdict = (faults: readonly Fault[]): Verdict => ({ level, faults, notes: remarks(point) });
  const stored = await storedFaults(point.parts, parts, run);
  if (level === "stored" || stored.length > 0) return verdict(stored);
  const structural: Fault[] = [];
  for (const stack of point.source.stacks) structural.push(...(await structureOf(point, stack, parts, run)));
  if (level === "structural" || structural.length > 0) return verdict(structural);
  return verdict(await restoredFaults(point, parts, run));
}

async function structureOf(
  point: StatePoint,
  { stack, part, resources }: CapturedStack,
  parts: PartReader,
  run: Run,
): Promise<Fault[]> {
  const fault = (message: string): Fault => ({ item: part, message });
  const read = await checkpointOf(point, part, parts, run);
  if (typeof read === "string") return [fault(read)];
  const { stack: named, latest } = read.checkpoint;
  return [
    ...(named === stack ? [] : [fault(`it says that it is stack ${named}, not ${stack}`)]),
    ...(latest ? integrityFaults(latest).map(fault) : []),
    ...((latest?.resources?.length ?? 0) === resources
      ? []
      : [fault(`it has ${latest?.resources?.length ?? 0} resources; captured were ${resources}`)]),
  ];
}

/** A checkpoint, or why it is none. */
async function checkpointOf(
  point: StatePoint,
  name: string,
  parts: PartReader,
  { signal }: Run,
): Promise<Checkpoint | string> {
  try {
    return await readCheckpoint(checked(parts, partOf(point, name)), name, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

/** Lays the parts down as a backend, and lets Pulumi read it. */
async function restoredFaults(point: StatePoint, parts: PartReader, run: Run): Promise<Fault[]> {
  await using staging = await openStaging(run.staging);
  const { folder } = staging;
  const pulumi = await pulumiAt(folder, point.tool.version, run);
  try {
    for (const part of point.parts) await laidDown(part, parts, join(folder, "state"));
  } catch (error) {
    throw fullDisk(error, run.staging);
  }
  const seen = new Set(await pulumi.stacks());
  const faults: Fault[] = [];
  for (const { stack, part } of point.source.stacks) {
    const fault = (message: string) => faults.push({ item: stack, message });
    if (!seen.has(stack)) {
      fault("Pulumi does not list it");
      continue;
    }
    const captured = await checkpointOf(point, part, parts, run);
    try {
      const exported = (await pulumi.exported(stack)) as { readonly deployment?: unknown };
      const same =
        typeof captured !== "string" &&
        isDeepStrictEqual(said(exported.deployment), said(captured.checkpoint.latest));
      if (!same) fault("what Pulumi exports is not what was captured");
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      fault(`Pulumi does not export it: ${error.message}`);
    }
  }
  return faults;
}

async function laidDown(part: Part, parts: PartReader, root: string): Promise<void> {
  const file = join(root, part.name);
  await makeFolder(dirname(file), 0o700);
  await pipeline(Readable.from(checked(parts, part)), createWriteStream(file, { mode: 0o600, flags: "wx" }));
}

/** What a deployment says. Pulumi of one version writes what is empty and another leaves it out. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(said);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([name, one]) => {
    const own = said(one);
    return own === undefined ? [] : [[name, own] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
