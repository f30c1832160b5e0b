import type { Say } from "../progress.js";

/** What a source gets to work with. */
export interface Job {
  /** Folder to fill; becomes the package once every program in it answers with the wanted version. */
  readonly root: string;
  /** `root`'s folder of programs; exists. */
  readonly bin: string;
  /** Kept between attempts, so that an interrupted download resumes. */
  readonly downloads: string;
  readonly say: Say;
  /** Absolute path of a program that only installing needs; had from its own sources when it is missing. */
  readonly need: (tool: "go" | "python3") => Promise<string>;
}

/** One way of having a package. */
export interface Source {
  /** What it is, in a few words: `official release v1.36.3`. */
  readonly name: string;
  /** How far what it brings is checked. */
  readonly check: string;
  /** Fills the job's folder. @throws when this source cannot; the next one is tried. */
  fetch(job: Job): Promise<void>;
}

/** Programs kept in the per-user cache, pinned to one version. */
export interface CachedPackage {
  readonly kind: "cached";
  readonly version: string;
  /** Everything that decides what the package holds; a change of it is another entry of the cache. */
  readonly recipe: string;
  /** In the order in which they are tried. */
  readonly sources: readonly Source[];
}

/** Programs that the operating system's own packages bring. */
export interface DebianPackage {
  readonly kind: "debian";
  /** Names for `apt-get install`. */
  readonly debs: readonly string[];
  /** Services that these packages would start; they are kept off. */
  readonly services: readonly string[];
}
