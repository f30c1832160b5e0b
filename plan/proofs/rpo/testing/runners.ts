import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";

/** The programs that decide when real runners start, asked when that is. */

/** A schedule and a stretch of time, seconds since 1970. */
export interface Question {
  readonly cron: string;
  readonly timeZone: string;
  readonly after: number;
  readonly until: number;
}

/** What Kubernetes' CronJob controller would start; `error` when its library refuses the expression. */
export interface Answer {
  readonly starts: readonly number[];
  readonly error?: string;
}

const source = fileURLToPath(new URL("./controller", import.meta.url));

/** Builds the program that asks the controller's cron library; its module is pinned and checksummed beside it. */
export async function controller(go: string): Promise<(asked: readonly Question[]) => Promise<Answer[]>> {
  const program = join(await mkdtemp(join(tmpdir(), "secondsite-controller-")), "controller");
  await execa(go, ["build", "-o", program, "."], {
    cwd: source,
    env: { GOTOOLCHAIN: "auto", GOFLAGS: "-mod=readonly" },
  });
  return async (asked) => {
    const { stdout } = await execa(program, {
      input: `${asked.map((one) => JSON.stringify(one)).join("\n")}\n`,
    });
    return stdout.split("\n").map((line) => JSON.parse(line) as Answer);
  };
}

/** When a systemd timer elapses in a stretch of time, by `systemd-analyze calendar`. */
export async function systemd(
  onCalendar: string,
  after: number,
  until: number,
  most: number,
): Promise<number[]> {
  const { stdout } = await execa(
    "systemd-analyze",
    ["calendar", `--base-time=@${after}`, `--iterations=${most}`, onCalendar],
    { env: { TZ: "UTC", LC_ALL: "C" } },
  );
  return [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)]
    .map(([, day, time]) => Date.parse(`${day}T${time}Z`) / 1_000)
    .filter((at) => at < until);
}
