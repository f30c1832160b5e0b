/** Adds a detail line to the step under way. */
export type Say = (detail: string) => void;

/** How long work tells where it stands. Commands draw it on a terminal or print plain lines. */
export interface Progress {
  /** Runs `work` as a named step; the step fails when `work` throws. Steps may run side by side. */
  step<T>(title: string, work: (say: Say) => Promise<T>): Promise<T>;
}

/** Tells nobody. */
export const silent: Progress = {
  step: (_title, work) => work(() => undefined),
};
