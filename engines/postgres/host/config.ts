import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";

import { names } from "../../../plan/index.js";
import { type BucketPlace, type CopyPlace, credentialsOf } from "../../../vault/index.js";
import { EngineError } from "../../errors.js";
import type { SystemUser } from "../../system-user.js";
import { archiveQueueMax, renderConfig, retentionOf } from "../pgbackrest-config.js";
import { keptAs, numbered, type RepositoryOptions, repositoryOptions } from "../repository.js";
import type { HostCopy, HostDataset } from "./dataset.js";
import { type HostFolder, makeFolder, writeFor } from "./folder.js";
import type { HostServer } from "./server.js";

/** What pgBackRest is configured for on a machine. */
export interface HostConfig {
  readonly of: Pick<HostDataset, "dataset" | "spec">;
  /** Copies in the order of their repositories. */
  readonly copies: readonly HostCopy[];
  readonly epoch: number;
  readonly passphrase: string;
  /** Where the server is; for a restore its folder alone. @default nothing is done beside a server */
  readonly server?: Pick<HostServer, "data"> & Partial<Pick<HostServer, "port" | "socketFolder" | "address">>;
  /** It has to work as long as the server runs: credentials that end do not do. @default false */
  readonly lasting?: boolean;
}

/** Writes pgBackRest's configuration into a folder that its user alone can read. */
export async function writeConfig(folder: HostFolder, config: HostConfig, as?: SystemUser): Promise<void> {
  await makeFolder(folder, as);
  const { of, copies, server } = config;
  const authorities = await extraAuthorities();
  if (authorities !== undefined) await writeFor(folder.authorities, authorities, as);
  const repositories = await Promise.all(
    copies.map(async ({ place }, index) =>
      numbered(index + 1, {
        ...repositoryOptions(place, names.repositoryPath(of.dataset, config.epoch)),
        ...(await storeOptions(place, config.lasting ?? false)),
        ...(place.kind === "bucket" && authorities !== undefined
          ? { "storage-ca-file": folder.authorities }
          : {}),
        ...keptAs(config.passphrase),
        ...retentionOf(of),
      }),
    ),
  );
  const text = renderConfig({
    global: {
      "compress-type": "zst",
      "process-max": 2,
      "log-level-console": "warn",
      "log-level-file": "off",
      ...{ "lock-path": folder.locks, "log-path": folder.path, "spool-path": folder.spool },
      ...{ "archive-async": "y", "archive-push-queue-max": archiveQueueMax },
      // A checkpoint spread over minutes would only delay the copy.
      "start-fast": "y",
      ...Object.assign({}, ...repositories),
    },
    [of.dataset]: server ? serverOptions(server) : {},
  });
  await writeFor(folder.config, text, as);
}

function serverOptions({
  data,
  port,
  socketFolder,
  address,
}: NonNullable<HostConfig["server"]>): RepositoryOptions {
  return {
    "pg1-path": data,
    ...(port === undefined ? {} : { "pg1-port": port }),
    ...(socketFolder === undefined ? {} : { "pg1-socket-path": socketFolder }),
    ...(address === undefined ? {} : { "pg1-user": address.user }),
  };
}

/** How a store is opened. */
async function storeOptions(place: CopyPlace, lasting: boolean): Promise<RepositoryOptions> {
  if (place.kind === "folder") return {};
  const { accessKeyId, secretAccessKey, sessionToken } = await credentialsOf(place);
  // A Pod's end within the hour, and a large restore goes on.
  const byIdentity = place.endpoint === undefined && process.env.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined;
  if (sessionToken !== undefined && (lasting || byIdentity)) return lastingOptions(place);
  for (const text of [accessKeyId, secretAccessKey, sessionToken ?? ""])
    if (/[\r\n]/.test(text))
      throw new EngineError(`the credentials of ${place.bucket} have more than one line`, 2);
  return {
    ...{ "s3-key": accessKeyId, "s3-key-secret": secretAccessKey },
    ...(sessionToken === undefined ? {} : { "s3-token": sessionToken }),
  };
}

/** Credentials that end within hours cannot archive: pgBackRest fetches its own from where they came. */
function lastingOptions({ bucket, endpoint }: BucketPlace): RepositoryOptions {
  if (endpoint === undefined)
    return { "s3-key-type": process.env.AWS_WEB_IDENTITY_TOKEN_FILE ? "web-id" : "auto" };
  throw new EngineError(
    `the credentials of ${bucket} at ${endpoint} end by themselves, and archiving goes on`,
    2,
    "give it a key of its own in the shared credentials file",
  );
}

/**
 * What Node trusts beyond its own list, together with that list: pgBackRest trusts one file alone.
 *
 * @throws EngineError (2) when NODE_EXTRA_CA_CERTS names what cannot be read
 */
async function extraAuthorities(): Promise<string | undefined> {
  const { NODE_EXTRA_CA_CERTS: path } = process.env;
  if (!path) return undefined;
  const extra = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new EngineError(`NODE_EXTRA_CA_CERTS names ${path}, which cannot be read: ${cause.code}`, 2);
  });
  return [...rootCertificates, extra].join("\n");
}
