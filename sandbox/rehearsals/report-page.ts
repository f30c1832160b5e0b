import type { Evidence } from "./report.js";

/** A rehearsal as one page that needs nothing else. */
export function page({ report }: Evidence): string {
  return `<!doctype html><title>${report.plan}</title><pre>${JSON.stringify(report, undefined, 2)}</pre>`;
}
