/** Says how far something is, on standard error, with the time: standard output is for the answer. */
export function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** What a command ends with that was only asked to look. */
export const nothingChanged = "Nothing was changed. Add --yes to act.";

/** The same where acting takes a holder's recovery key, and none was given. */
export const nothingChangedSealed =
  "Nothing was changed. Add --identity <file>, a holder's recovery key, and --yes to act.";
