import { AsyncLocalStorage } from "node:async_hooks";
import { createLogUpdate } from "log-update";
import type { Progress } from "../../sandbox/progress.js";
import { wordsOf } from "../../vault/errors.js";

interface Step {
  readonly title: string;
  readonly depth: number;
  readonly startedAt: number;
  detail: string;
}

/** Where progress is written; standard error, so that standard output keeps to the answer. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Progress for people. On a terminal the steps under way are redrawn in place and finished ones stay above;
 * elsewhere each beginning, detail and end is a line with the time since the start.
 *
 * @param output default: standard error.
 */
export function progressTo(output: ProgressOutput & NodeJS.WritableStream = process.stderr): Progress {
  return output.isTTY ? liveProgress(output) : plainProgress(output);
}

/** Lines only, for logs: `  12.3 s  title: detail`. */
export function plainProgress(output: ProgressOutput): Progress {
  const startedAt = Date.now();
  const line = (text: string) => output.write(`${elapsed(startedAt).padStart(8)}  ${text}\n`);
  return nested((step) => {
    const indent = "  ".repeat(step.depth);
    line(`${indent}${step.title}`);
    return {
      say: (detail) => line(`${indent}${step.title}: ${detail}`),
      end: (error) =>
        line(
          error === undefined
            ? `${indent}${step.title}: done in ${elapsed(step.startedAt)}`
            : `${indent}${step.title}: failed after ${elapsed(step.startedAt)}: ${error}`,
        ),
    };
  });
}

/** Redraws ten times a second while anything is under way. */
function liveProgress(output: ProgressOutput & NodeJS.WritableStream): Progress {
  const log = createLogUpdate(output);
  const running = new Set<Step>();
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;
  const draw = () => {
    frame += 1;
    const spin = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[frame % 10];
    log([...running].map((step) => cut(`${indented(step)}${spin} ${text(step)}`, output.columns)).join("\n"));
  };
  const keep = (line: string) => {
    log.clear();
    output.write(`${line}\n`);
  };
  return nested((step) => {
    running.add(step);
    timer ??= setInterval(draw, 100);
    return {
      say: (detail) => {
        step.detail = detail;
      },
      end: (error) => {
        running.delete(step);
        keep(
          error === undefined
            ? `${indented(step)}✔ ${step.title} (${elapsed(step.startedAt)})`
            : `${indented(step)}✖ ${step.title} (${elapsed(step.startedAt)}): ${error}`,
        );
        if (running.size > 0) return draw();
        clearInterval(timer);
        timer = undefined;
        log.clear();
        // Gives the cursor back.
        log.done();
      },
    };
  });
}

type Begin = (step: Step) => { say: (detail: string) => void; end: (error?: string) => void };

/** Knows which step a step was begun in, however deep in its work. */
function nested(begin: Begin): Progress {
  const depths = new AsyncLocalStorage<number>();
  return {
    async step(title, work) {
      const depth = depths.getStore() ?? 0;
      const { say, end } = begin({ title, depth, startedAt: Date.now(), detail: "" });
      try {
        const result = await depths.run(depth + 1, () => work(say));
        end();
        return result;
      } catch (error) {
        end(wordsOf(error));
        throw error;
      }
    },
  };
}

const indented = ({ depth }: Step) => "  ".repeat(depth);
const text = ({ title, detail, startedAt }: Step) =>
  `${title} (${elapsed(startedAt)})${detail ? `: ${detail}` : ""}`;
const elapsed = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const cut = (line: string, columns = 80) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line);
