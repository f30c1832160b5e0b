import { escaped } from "./html.js";
import type { Phase } from "./timeline.js";

const width = 960;
const rowHeight = 20;
const labels = 220;
const steps = [5, 10, 30, 60, 120, 300, 600];

/** Phases as bars over time: an inline SVG. */
export function timelinePicture(phases: readonly Phase[]): string {
  const [first] = phases;
  if (!first) return "";
  const start = Math.min(...phases.map(({ startedAt }) => Date.parse(startedAt)));
  const offset = ({ startedAt }: Phase) => (Date.parse(startedAt) - start) / 1000;
  const total = Math.max(1, ...phases.map((phase) => offset(phase) + phase.seconds));
  const x = (seconds: number) => labels + (seconds / total) * (width - labels - 60);
  const every = steps.find((step) => total / step <= 12) ?? 1200;
  const height = phases.length * rowHeight + 30;
  const ticks = Array.from({ length: Math.floor(total / every) + 1 }, (_, at) => at * every).map(
    (tick) =>
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${height - 20}" stroke="#d8dee4"/>` +
      `<text x="${x(tick)}" y="${height - 5}" text-anchor="middle" fill="#57606a">${tick} s</text>`,
  );
  const bars = phases.map((phase, at) => {
    const [left, y] = [x(offset(phase)), at * rowHeight];
    const long = Math.max(2, x(offset(phase) + phase.seconds) - left);
    return (
      `<text x="${labels - 8}" y="${y + 14}" text-anchor="end">${escaped(phase.name)}</text>` +
      `<rect x="${left.toFixed(1)}" y="${y + 3}" width="${long.toFixed(1)}" height="${rowHeight - 7}" rx="2" fill="#0969da"/>` +
      `<text x="${(left + long + 4).toFixed(1)}" y="${y + 14}" fill="#57606a">${phase.seconds.toFixed(1)}</text>`
    );
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Phases over time" font-size="12" font-family="system-ui, sans-serif">
${ticks.join("\n")}
${bars.join("\n")}
</svg>`;
}
