import type { Progress } from "../progress.js";

/** Tells each step of an installation on a line of its own, before any test runs. */
export const installing: Progress = {
  async step(title, work) {
    const startedAt = performance.now();
    const tell = (what: string) =>
      process.stderr.write(`${what} (${Math.round((performance.now() - startedAt) / 1_000)} s)\n`);
    try {
      const result = await work(() => undefined);
      tell(`installed: ${title}`);
      return result;
    } catch (error) {
      tell(`failed: ${title}`);
      throw error;
    }
  },
};
