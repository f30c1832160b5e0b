import { Option } from "@commander-js/extra-typings";
import type { CommandModule, ExitCode } from "../command.js";
import type { RewrappedDataset } from "../keys/rewrap.js";
import type { RotatedDataset } from "../keys/rotate.js";
import type { KeysFound } from "../keys/status.js";
import type { Told } from "../operation/operation.js";
import { metricsOption } from "../options.js";
import { identityOption, storeOption } from "../sealed/options.js";
import { nothingChanged } from "../ui/say.js";

const help = `
Each dataset has a data key, which seals its dumps, and a signing key, which signs its chains; with physical backups a
passphrase too. They lie in every copy, wrapped for everybody whom the plan names.

  status  how old they are against the plan's rotation, whether every copy has them, and who cannot open them
  rotate  makes the next data and signing key at every copy; older ones stay for what they sealed and signed
  rewrap  wraps older keys, passphrases too, for those who were added since: a holder, another key of the cloud

rotate needs no secret; rewrap needs a key that opens (--identity, or the key service). Every key is tried before anything is
written: one that is wrong or disabled is named. Who could open a key before still can: only the next key shuts them out.

Exit codes: 0 as the plan wants it, shown or done; 1 status: something is not; 2 bad input; 3 a key or a store failed, or a
copy did not answer and was left out.

Example:
  $ secondsite keys status plans/support-desk.ts
  $ secondsite keys rotate plans/support-desk.ts --yes
  $ secondsite keys rewrap plans/support-desk.ts --identity recovery.txt --yes`;

/** `secondsite keys`: how old keys are, the next ones, and older ones for new recipients. */
export const keys: CommandModule = {
  register(program, done) {
    const group = program
      .command("keys")
      .description("Shows, rotates and wraps anew the keys that recovery points are sealed and signed with.")
      .addHelpText("after", help);
    group
      .command("status <plan>")
      .description("How old each key is, whether every copy has it, and who cannot open it.")
      .option("--dataset <dataset>", "only this dataset")
      .addOption(storeOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await status(path, options)));
    group
      .command("rotate <plan>")
      .description("Makes the next keys at every copy; what older ones sealed stays readable.")
      .option("--dataset <dataset>", "only this dataset")
      .addOption(new Option("--kind <kind>", "only this key (default: both)").choices(["data", "signing"]))
      .option("--yes", "act; without it only what would happen is shown", false)
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await rotate(path, options)));
    group
      .command("rewrap <plan>")
      .description("Wraps older keys for those whom the plan names by now.")
      .option("--dataset <dataset>", "only this dataset")
      .option("--yes", "act; without it only what would happen is shown", false)
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await rewrap(path, options)));
  },
};

interface Options {
  readonly dataset?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly metrics?: string;
  readonly json: boolean;
}

async function status(path: string, { json, ...options }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { keysOf } = await import("../keys/status.js");
  const found = await keysOf(await loadPlan(path), options, new Date());
  const good = found.problems.length === 0 && found.keys.every(({ problems }) => problems.length === 0);
  print(json ? JSON.stringify({ good, ...found }, undefined, 2) : await shown(found));
  return good ? 0 : 1;
}

async function shown({ keys: all, problems }: KeysFound): Promise<string> {
  const { table } = await import("../ui/table.js");
  const { humanSeconds } = await import("../../plan/index.js");
  const list = table(all, [
    { title: "", value: (key) => (key.problems.length > 0 ? "✖" : "✔") },
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Key", value: ({ id }) => id },
    { title: "Age", value: ({ ageSeconds: age }) => (age === undefined ? "unknown" : humanSeconds(age)) },
    {
      title: "Rotated every",
      value: ({ rotationSeconds: every }) => (every === undefined ? "-" : humanSeconds(every)),
    },
    { title: "Older", value: ({ older }) => String(older) },
    { title: "Problem", value: (key) => key.problems.join("; "), wrap: true },
  ]);
  const none =
    all.length === 0 && problems.length === 0 ? ["There is no key yet: the first backup makes it."] : [];
  return [...(all.length > 0 ? [list.trimEnd()] : []), ...problems, ...none].join("\n");
}

async function rotate(
  path: string,
  {
    json,
    metrics,
    kind: purpose,
    ...options
  }: Options & { readonly kind?: "data" | "signing"; readonly yes: boolean },
): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { rotateKeys } = await import("../keys/rotate.js");
  const { recorded } = await import("../operation/recorded.js");
  const plan = await loadPlan(path);
  const { dataset, store, yes } = options;
  const act = () => rotateKeys(plan, { ...options, purpose });
  const all = yes
    ? await recorded({ plan, name: "keys rotate", dataset, store, metricsFile: metrics }, act, rotateTold)
    : await act();
  print(
    json ? JSON.stringify(all, undefined, 2) : [...all.flatMap(rotatedLines), ...unchanged(yes)].join("\n"),
  );
  return toldSilent(all);
}

function rotatedLines({ dataset, sites, recipients, purposes, made }: RotatedDataset): string[] {
  const places = sites.join(", ");
  if (made === undefined)
    return [
      `${dataset}: would make the next ${purposes.join(" and ")} key at ${places}, for ${recipients.join(", ")}`,
    ];
  return made.map(
    ({ id, finished }) =>
      `${dataset}: ${id} is used from now on at ${places}${finished ? " (made within the hour and not at every copy: laid there instead of making one more)" : ""}`,
  );
}

function rotateTold(all: readonly RotatedDataset[]): Told {
  const made = all.flatMap(({ dataset, made: own = [] }) => own.map(({ id }) => `${dataset} ${id}`));
  return { ...silentTold(all), details: { made: made.join(", ") } };
}

async function rewrap(
  path: string,
  { json, metrics, ...options }: Options & { readonly yes: boolean },
): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { rewrapKeys } = await import("../keys/rewrap.js");
  const { recorded } = await import("../operation/recorded.js");
  const plan = await loadPlan(path);
  const { dataset, store, yes } = options;
  const act = () => rewrapKeys(plan, options);
  const all = yes
    ? await recorded({ plan, name: "keys rewrap", dataset, store, metricsFile: metrics }, act, rewrapTold)
    : await act();
  print(
    json ? JSON.stringify(all, undefined, 2) : [...all.flatMap(rewrappedLines), ...unchanged(yes)].join("\n"),
  );
  return toldSilent(all);
}

function rewrappedLines({ dataset, lacking, problems, done }: RewrappedDataset): string[] {
  const verb = done ? "is wrapped" : "would be wrapped";
  const lines = lacking.map(
    ({ id, sites, for: whom }) => `${dataset}: ${id} ${verb} for ${whom.join(", ")} at ${sites.join(", ")}`,
  );
  return [
    ...(lines.length > 0 ? lines : [`${dataset}: every key opens for everybody whom the plan names`]),
    ...problems,
  ];
}

function rewrapTold(all: readonly RewrappedDataset[]): Told {
  const anew = all.flatMap(({ dataset, lacking }) => lacking.map(({ id }) => `${dataset} ${id}`));
  return { ...silentTold(all), details: { wrapped: anew.length, newest: anew.at(-1) ?? "" } };
}

type Silent = Pick<RotatedDataset, "dataset" | "silent">;

/** A copy that was left out is not done. */
function silentTold(all: readonly Silent[]): Pick<Told, "exitCode" | "message"> {
  const left = all.flatMap(({ dataset, silent }) => silent.map(({ site }) => `${dataset} at ${site}`));
  return left.length > 0 ? { exitCode: 3, message: `copies that do not answer: ${left.join(", ")}` } : {};
}

function toldSilent(all: readonly Silent[]): ExitCode {
  for (const { dataset, silent } of all)
    for (const { site, why } of silent)
      process.stderr.write(`secondsite: ${dataset} at ${site} is left out, it does not answer: ${why}\n`);
  return all.some(({ silent }) => silent.length > 0) ? 3 : 0;
}

const unchanged = (yes: boolean) => (yes ? [] : [nothingChanged]);
const print = (text: string) => process.stdout.write(`${text}\n`);
