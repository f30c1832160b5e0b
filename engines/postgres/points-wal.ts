/** One segment of the write-ahead log as a repository stores it. */
export interface WalSegment {
  /** Timeline, log file and segment: 24 hexadecimal digits that sort as text within a timeline. */
  readonly name: string;
  /** When it was stored: no transaction in it was committed later. */
  readonly storedAt: Date;
}

/** How far log replays without a break. */
export interface WalReach {
  /** The last segment of the unbroken run. */
  readonly last: WalSegment;
  /** The first segment that is missing although later ones are stored; undefined without a gap. */
  readonly missing?: string;
}

/** With segments of 16 MiB, PostgreSQL's default, a log file number has 256 of them. */
const segmentsPerLog = 0x100;

const storedName = /\/([0-9A-F]{24})-[0-9a-f]{40}(?:\.[a-z0-9]+)?$/;

/** Name of the segment that an object of the archive holds; undefined for anything else in it. */
export function segmentOf(key: string): string | undefined {
  return storedName.exec(key)?.[1];
}

/** The segment after this one on the same timeline. */
export function nextSegment(name: string): string {
  const position =
    Number.parseInt(name.slice(8, 16), 16) * segmentsPerLog + Number.parseInt(name.slice(16), 16) + 1;
  return `${name.slice(0, 8)}${hex(Math.floor(position / segmentsPerLog))}${hex(position % segmentsPerLog)}`;
}

/**
 * Follows the log from a segment on, over timelines that begin where another one ends.
 *
 * @returns undefined when the first segment is not stored
 */
export function walReach(stored: ReadonlyMap<string, WalSegment>, from: string): WalReach | undefined {
  const first = stored.get(from);
  if (!first) return undefined;
  let last: WalSegment = first;
  for (;;) {
    const following = nextSegment(last.name);
    const next: WalSegment | undefined =
      stored.get(following) ?? stored.get(laterTimeline(following)) ?? stored.get(laterTimeline(last.name));
    if (next) {
      last = next;
      continue;
    }
    const timeline = following.slice(0, 8);
    const beyond = [...stored.keys()].some((name) => name.startsWith(timeline) && name > following);
    return { last, ...(beyond ? { missing: following } : {}) };
  }
}

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");

/** Number of the timeline that a segment belongs to. */
export const timelineOf = (name: string): number => Number.parseInt(name.slice(0, 8), 16);

const laterTimeline = (name: string) => `${hex(timelineOf(name) + 1)}${name.slice(8)}`;
