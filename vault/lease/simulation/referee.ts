import type { LeaseRecord } from "../record.js";
import type { Site } from "./site.js";

/** What must never happen, watched in true time. */
export class Referee {
  readonly violations: string[] = [];
  /** Sites that acknowledged after another site's epoch began, for histories beyond the bounds. */
  readonly diverged = new Set<Site>();
  takeovers = 0;
  last: LeaseRecord | undefined;
  readonly #holders = new Map<number, string>();
  readonly #epochs = new Map<string, number>();

  constructor(readonly sites: readonly Site[]) {}

  /** The witness stored a lease. */
  landed(record: LeaseRecord): void {
    const holder = `${record.site} ${record.incarnation}`;
    const begun = this.#holders.get(record.epoch);
    if (begun !== undefined && begun !== holder) {
      this.violations.push(`epoch ${record.epoch} of ${begun} was also held by ${holder}`);
    }
    const before = this.#epochs.get(holder);
    if (before !== undefined && before !== record.epoch) {
      this.violations.push(`${holder} held epochs ${before} and ${record.epoch}`);
    }
    const last = this.last;
    if (last && record.epoch < last.epoch) {
      this.violations.push(`epoch went back from ${last.epoch} to ${record.epoch}`);
    }
    if (begun === undefined && record.epoch > 1) this.takeovers += 1;
    this.#holders.set(record.epoch, holder);
    this.#epochs.set(holder, record.epoch);
    this.last = record;
    this.watch();
  }

  /** Whoever can acknowledge a write now, while the newest epoch is another site's, breaks the rule. */
  watch(): void {
    for (const site of this.sites) {
      if (!site.open || site.args.machine.frozen || !this.last || site.name === this.last.site) continue;
      if (this.diverged.has(site)) continue;
      this.diverged.add(site);
      this.violations.push(
        `${site.name} acknowledges in epoch ${site.epoch} after epoch ${this.last.epoch} of ${this.last.site} began`,
      );
    }
  }

  /** A gate was opened. */
  opened(site: Site, epoch: number): void {
    if (this.last?.site === site.name && this.last.epoch !== epoch) {
      this.violations.push(`${site.name} opened in epoch ${epoch} while ${this.last.epoch} is the newest`);
    }
    this.watch();
  }
}
