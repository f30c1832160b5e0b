import { readFile } from "node:fs/promises";
import { Agent } from "node:https";

import { PutObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";

import { names, postgresDatasets } from "../../../plan/index.js";
import { rootCredentials } from "../../aws/index.js";
import { WorldError } from "../../errors.js";
import type { GoodDay } from "../model.js";
import type { Control } from "./model.js";

/** The largest file of every backup in the standby's repository is overwritten with something else. */
export const repositoryDamaged: Control = {
  scenario: "region-loss",
  async afterFault(day) {
    const { plan, dataset, standby } = day;
    const category = postgresDatasets(plan).find(([name]) => name === dataset)?.[1].category ?? "";
    const Bucket = names.vaultBucket(plan, standby.site, category);
    const client = await clientOf(day);
    const largest = new Map<string, { key: string; size: number }>();
    const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: names.repositoryPrefix(dataset) });
    for await (const { Contents = [] } of pages)
      for (const { Key = "", Size = 0 } of Contents) {
        const [, label] = /\/backup\/[^/]+\/(\d{8}-\d{6}F)\/pg_data\//.exec(Key) ?? [];
        if (label && Size > (largest.get(label)?.size ?? 0)) largest.set(label, { key: Key, size: Size });
      }
    if (largest.size === 0) throw new WorldError(`found no backup to damage in ${Bucket}`);
    for (const { key, size } of largest.values())
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: Buffer.alloc(size, "damaged ") }));
    client.destroy();
  },
};

/** S3 as the account's root, from outside the world: AWS's names lead to the standby's gate. */
async function clientOf({ world, standby }: GoodDay): Promise<S3Client> {
  const gate = world.places.regions.find(({ region }) => region === standby.region)?.gate ?? "";
  return new S3Client({
    region: standby.region,
    credentials: rootCredentials,
    requestHandler: {
      httpsAgent: new Agent({
        ca: await readFile(world.paths.caFile),
        lookup: (_host, { all }, answer) =>
          all ? answer(null, [{ address: gate, family: 4 }]) : answer(null, gate, 4),
      }),
    },
  });
}
