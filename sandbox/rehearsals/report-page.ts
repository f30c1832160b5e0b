import { escaped } from "./html.js";
import type { Evidence, Report } from "./report.js";
import { timelinePicture } from "./timeline-picture.js";

/** A rehearsal as one page that needs nothing else: no script, no font, no network. */
export function page({ report, reasons }: Evidence): string {
  const { plan, scenario, seed, verdict, verification } = report;
  const title = `${plan}: ${scenario}, seed ${seed}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1f24; background: #fff }
  h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 2rem }
  table { border-collapse: collapse } td, th { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #d8dee4; vertical-align: top }
  td.number { text-align: right; font-variant-numeric: tabular-nums } code { font-size: .85em }
  .met { color: #116329 } .missed { color: #a40e26 } svg { width: 100%; height: auto }
</style>
<h1>${escaped(title)}: <span class="${verdict}">objectives ${verdict}</span></h1>
${reasons.length > 0 ? `<ul>${reasons.map((reason) => `<li class="missed">${escaped(reason)}</li>`).join("")}</ul>` : ""}
<h2>Objectives against measurements</h2>
${objectives(report)}
<h2>Timeline</h2>
${timelinePicture(report.phases)}
<h2>Verification</h2>
<p>Each table's content after the restore, against what the customer's ledger says it has to be.</p>
${table(
  ["Table", "Rows", "SHA-256", "As expected"],
  verification.tables.map(({ name, rows, checksum, matches }) => [
    escaped(name),
    String(rows),
    `<code>${escaped(checksum)}</code>`,
    matches ? "yes" : '<span class="missed">no</span>',
  ]),
)}
<h2>Phases</h2>
${table(
  ["Started", "Seconds", "Phase"],
  report.phases.map(({ name, startedAt, seconds }) => [
    escaped(startedAt),
    seconds.toFixed(1),
    escaped(name),
  ]),
)}
</html>
`;
}

function objectives({ objectives: wanted, measured, floorSeconds }: Report): string {
  const shown = (seconds: number | null) => (seconds === null ? "none" : `${seconds.toFixed(1)} s`);
  return table(
    ["", "Objective", "Measured", ""],
    [
      [
        "RTO",
        shown(wanted.rtoSeconds),
        shown(measured.rtoSeconds),
        `${floorSeconds} s of waiting: lease, health check and TTL, which a resolver may have cached for a while already`,
      ],
      [
        "RPO",
        shown(wanted.rpoSeconds),
        shown(measured.rpoSeconds),
        `${measured.rowsLost ?? "unknown how many"} of ${measured.rowsCommitted} rows that the customer was told committed are lost`,
      ],
    ],
  );
}

/** @param rows cells as HTML. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((each) => `<th>${escaped(each)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<table><tr>${head}</tr>\n${body}</table>`;
}

const cell = (html: string) => `<td${/^[\d.]+$/.test(html) ? ' class="number"' : ""}>${html}</td>`;
