import { readFile } from "node:fs/promises";

import { z } from "zod";

import type { WorldSpec } from "../address.js";
import { WorldError } from "../errors.js";
import type { Entry } from "./record.js";
import { specSchema } from "./spec.js";

/** What a world's own description says, as it is on disk. */
const manifest = z.object({
  spec: specSchema,
  tools: z.record(z.string(), z.string()),
  caDir: z.string(),
  images: z.array(z.string()),
});
export type Manifest = z.output<typeof manifest>;

/** A description that cannot be read: the world can still be taken down. */
export class DamagedWorld extends WorldError {}

/** Reads a world's description; undefined when there is none. @throws DamagedWorld */
export async function readManifest(file: string, name: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const damaged = (cause: unknown) =>
    new DamagedWorld(
      `the description of sandbox "${name}" is damaged: ${file}`,
      `secondsite sandbox down --name ${name}`,
      { cause },
    );
  try {
    const parsed = manifest.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data.spec.name !== name) throw damaged(parsed.error);
    return parsed.data;
  } catch (error) {
    throw error instanceof DamagedWorld ? error : damaged(error);
  }
}

/** What a world consisted of, by what it recorded while it was made; undefined when it did not get that far. */
export function recordedSpec(name: string, entries: readonly Entry[]): WorldSpec | undefined {
  const bridge = entries.flatMap((entry) => (entry.kind === "link" ? [/^ss(\d+)$/.exec(entry.name)] : []))[0];
  const net = Number(bridge?.[1]);
  const regions = entries.flatMap((entry) => {
    const [, region] =
      entry.kind === "namespace" ? (/^ss\d+-([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(entry.name) ?? []) : [];
    return region ? [{ region, cluster: true }] : [];
  });
  const spec = specSchema.safeParse({
    name,
    net,
    regions: [...new Map(regions.map((each) => [each.region, each])).values()],
  });
  return spec.success ? spec.data : undefined;
}
