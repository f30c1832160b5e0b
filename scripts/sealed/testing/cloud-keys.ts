import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ReplicateKeyCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { vi } from "vitest";

import { objectStore } from "../../../plan/index.js";
import type supportDesk from "../../../plans/support-desk.js";
import { type Backend, testCredentials } from "../../../vault/testing/backends.js";

/** Regions of the office and of the offsite copy, where AWS keeps the keys. */
export const keyRegions = ["eu-west-1", "eu-central-1"] as const;

/** Has AWS keep the category's key of plan B, at the office and offsite, each in a region of its own. */
export function keptInCloud(plan: typeof supportDesk): void {
  plan.keys.provider = "kms";
  const account = "000000000000";
  const aws = { provider: "aws", account, jurisdiction: "eu" } as const;
  const root = [`arn:aws:iam::${account}:root`];
  plan.identities = { deployers: root, breakGlass: root };
  const [region, other] = keyRegions;
  Object.assign(plan.sites, {
    office: objectStore({ ...aws, region }),
    offsite: objectStore({ ...aws, region: other }),
  });
}

/** Has the environment of whoever types lead to a server whenever AWS is meant. */
export function amazon({ endpoint }: Pick<Backend, "endpoint">): void {
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", testCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", testCredentials.secretAccessKey);
}

/** The category's key: one name in both regions. */
export interface CategoryKey {
  disable(region: (typeof keyRegions)[number]): Promise<unknown>;
  /** In every region. */
  enable(): Promise<void>;
  /** Has its name mean another key in a region. @returns what undoes it */
  exchange(region: (typeof keyRegions)[number]): Promise<() => Promise<unknown>>;
}

/** Makes it. @param endpoint of the server that is AWS */
export async function categoryKey(endpoint: string | undefined): Promise<CategoryKey> {
  const AliasName = "alias/desk-customer";
  const at = (region: string) =>
    new KMSClient({ region, credentials: testCredentials, ...(endpoint === undefined ? {} : { endpoint }) });
  const make = async (region: string, MultiRegion: boolean) => {
    const { KeyMetadata } = await at(region).send(
      new CreateKeyCommand({ MultiRegion, KeyUsage: "ENCRYPT_DECRYPT" }),
    );
    return KeyMetadata?.KeyId ?? "";
  };
  const [home, other] = keyRegions;
  const KeyId = await make(home, true);
  await at(home).send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: other }));
  for (const region of keyRegions)
    await at(region).send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  return {
    disable: (region) => at(region).send(new DisableKeyCommand({ KeyId })),
    async enable() {
      for (const region of keyRegions) await at(region).send(new EnableKeyCommand({ KeyId }));
    },
    async exchange(region) {
      const means = (TargetKeyId: string) =>
        at(region).send(new UpdateAliasCommand({ AliasName, TargetKeyId }));
      await means(await make(region, false));
      return () => means(KeyId);
    },
  };
}
