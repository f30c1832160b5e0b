import { requireAnswer } from "../../engines/asked.js";
import { EngineError } from "../../engines/errors.js";
import {
  type InspectedDump,
  inspectLegacy,
  type LegacyDump,
  type LegacyFolder,
  type LogicalTarget,
  legacyLabel,
  listLegacy,
  restoreLegacy,
} from "../../engines/postgres-logical/index.js";
import { backendPlace, openBackend } from "../../engines/pulumi-state/index.js";
import { stagingFolder } from "../../engines/staging.js";
import { connectionFrom } from "../sealed/connection.js";
import { databaseName } from "../sealed/restore.js";

/** Where another tool's dumps lie. */
export interface LegacyPlace {
  /** A folder, or `s3://…` as `pulumi login` takes it. */
  readonly at: string;
  /** Keys begin with it. @default "backups/full/" */
  readonly prefix?: string | undefined;
}

/** Which dump is restored, and where to. */
export interface LegacyWish extends LegacyPlace {
  /** Its key, or `newest`. */
  readonly key: string;
  /** Database that it is switched in as. */
  readonly into: string;
  /** Whether roles that are missing are made, without a login. @default false: a dump that names one is refused */
  readonly makeRoles?: boolean | undefined;
  /** Label of a finished restore that may be replaced. */
  readonly replaces?: string | undefined;
  readonly staging?: string | undefined;
}

/** What a restore would do. Nothing was touched. */
export interface LegacyRestore {
  readonly folder: LegacyFolder;
  readonly dump: LegacyDump;
  readonly inspected: InspectedDump;
  /** By which `--replace` knows it once it is restored. */
  readonly label: string;
  readonly target: LogicalTarget;
  readonly roles: "make" | "refuse";
}

/** Another tool's dumps, newest first. @throws EngineError (2) for what is no place; VaultError when it does not answer */
export async function legacyAt({
  at,
  prefix,
}: LegacyPlace): Promise<{ folder: LegacyFolder; dumps: LegacyDump[] }> {
  // Only the region of an address that names none is open: AWS's own answers for every bucket there.
  const { store: folder } = openBackend(backendPlace(at, "the place of the dumps"), "us-east-1");
  return { folder, dumps: await listLegacy(folder, prefix) };
}

/**
 * Chooses a dump and reads it from end to end; nothing is touched.
 *
 * @throws EngineError: 1 when there is none, 2 when what was given is none, 3 when it cannot be read or ends early
 */
export async function planLegacy(wish: LegacyWish): Promise<LegacyRestore> {
  const { folder, dumps } = await legacyAt(wish);
  const dump = wish.key === "newest" ? dumps[0] : dumps.find(({ key }) => key === wish.key);
  if (!dump)
    throw new EngineError(
      wish.key === "newest"
        ? `there is no dump below "${wish.prefix ?? "backups/full/"}" at ${folder.label}`
        : `there is no dump "${wish.key}" at ${folder.label}`,
      1,
      dumps.length > 0 ? `the newest is ${dumps[0]?.key}` : "--prefix says what their keys begin with",
    );
  const inspected = await inspectLegacy(folder, dump);
  return {
    ...{ folder, dump, inspected, label: legacyLabel(dump, inspected) },
    target: {
      server: await connectionFrom("postgres", process.env),
      database: databaseName(wish.into),
      ...(wish.replaces === undefined ? {} : { replaces: wish.replaces }),
    },
    roles: wish.makeRoles ? "make" : "refuse",
  };
}

/** Restores as planned: into a new database, switched in by rename; what was live is kept beside it. */
export async function restoreLegacyDump(
  { folder, dump, target, roles }: LegacyRestore,
  { staging, say }: Pick<LegacyWish, "staging"> & { readonly say: (line: string) => void },
): Promise<Awaited<ReturnType<typeof restoreLegacy>>> {
  await requireAnswer(target.server);
  const run = { staging: await stagingFolder(staging), say };
  return restoreLegacy(folder, dump, target, run, { roles });
}
