import { styleText } from "node:util";

import type { Finding } from "../plan/proofs/index.js";

/** How findings are laid out. */
export interface Layout {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether colours may be used. */
  readonly colour: boolean;
}

/** What is waived is neither broken nor a promise that holds. */
const signs = { error: "✖", warning: "!", waived: "~", info: "✔" } as const;
const colours = { error: "red", warning: "yellow", waived: "magenta", info: "green" } as const;

/** Narrower than this, a second column would be a ladder of single words. */
const narrowest = 72;

/**
 * Findings as a table in the order given: rule and place on the left, what was found, its arithmetic and the fix on
 * the right. On a narrow terminal one stands above the other. No line is wider than the terminal.
 */
export function findingsTable(findings: readonly Finding[], { width, colour }: Layout): string {
  const narrow = width < narrowest;
  const left = narrow ? width : Math.min(42, Math.floor(width * 0.4));
  const right = narrow ? width - 2 : width - left - 2;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return findings
    .map(({ rule, severity, at, disaster, message, arithmetic, waived, fix }) => {
      const mark = waived ? "waived" : severity;
      const about = [
        ...wrapped(`${signs[mark]} ${rule}${disaster ? ` (${disaster})` : ""}`, left).map((text) => ({
          text,
          style: colours[mark],
        })),
        ...wrapped(at, left).map((text) => ({ text, style: "dim" as const })),
      ];
      const said = [
        ...wrapped(message, right).map((text) => ({ text, style: undefined })),
        ...wrapped(`because ${arithmetic}`, right).map((text) => ({ text, style: "dim" as const })),
        ...(fix
          ? wrapped(`fix: ${fix.sentence}`, right).map((text) => ({ text, style: "bold" as const }))
          : []),
      ];
      const shown = ({ text, style }: (typeof about)[number] | (typeof said)[number]) =>
        style ? paint(style, text) : text;
      if (narrow) return [...about.map(shown), ...said.map((line) => `  ${shown(line)}`)].join("\n");
      return Array.from({ length: Math.max(about.length, said.length) }, (_, row) => {
        const [one, other] = [about[row], said[row]];
        const start = one ? shown(one) + " ".repeat(left - one.text.length) : " ".repeat(left);
        return other ? `${start}  ${shown(other)}` : start.trimEnd();
      }).join("\n");
    })
    .join("\n\n");
}

/** Text in lines of at most `width` characters, broken at spaces, and inside of a word only where one is longer. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    let rest = word;
    if (line && line.length + 1 + rest.length <= width) {
      line += ` ${rest}`;
      continue;
    }
    if (line) lines.push(line);
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
    line = rest;
  }
  return line ? [...lines, line] : lines;
}
