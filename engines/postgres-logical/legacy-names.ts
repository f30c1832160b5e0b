/** A dump that another tool left: one file, and metadata beside it. */
export interface LegacyDump {
  readonly key: string;
  readonly app: string;
  /** When it was taken by its name, UTC, ISO 8601. */
  readonly takenAt: string;
  readonly bytes: number;
  /** Key of the metadata beside it; absent where there is none. */
  readonly metadata?: string;
}

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/** `backups/full/<app>-full-<date>_<time>.sql.gz`; whatever the ending says, the content decides what it is. */
const pattern =
  /^(?:.*\/)?(?<app>.+)-full-(?<date>\d{4}-?\d{2}-?\d{2})_(?<time>\d{2}[-:]?\d{2}(?:[-:]?\d{2})?)\.(?:sql|dump|pgc|backup|custom|tar)(?:\.(?:gz|zst))?$/;

/** Picks the dumps from a listing, newest first. What has another name is none. */
export function legacyDumps(objects: readonly ListedObject[]): LegacyDump[] {
  const keys = new Set(objects.map(({ key }) => key));
  return objects
    .flatMap(({ key, bytes }): LegacyDump[] => {
      const groups = pattern.exec(key)?.groups;
      const takenAt = groups ? moment(groups.date ?? "", groups.time ?? "") : undefined;
      if (!groups || takenAt === undefined) return [];
      const stem = key.replace(/\.(?:sql|dump|pgc|backup|custom|tar)(?:\.(?:gz|zst))?$/, "");
      const metadata = [`${stem}.meta.json`, `${key}.meta.json`].find((one) => keys.has(one));
      return [
        { key, app: groups.app ?? "", takenAt, bytes, ...(metadata === undefined ? {} : { metadata }) },
      ];
    })
    .sort((a, b) => b.takenAt.localeCompare(a.takenAt) || a.key.localeCompare(b.key));
}

/** Undefined when there is no such day or time. */
function moment(date: string, time: string): string | undefined {
  const [day, clock] = [date.replace(/\D/g, ""), time.replace(/\D/g, "").padEnd(6, "0")];
  const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4)}.000Z`;
  const parsed = new Date(iso);
  return Number.isNaN(parsed.getTime()) || parsed.toISOString() !== iso ? undefined : iso;
}
