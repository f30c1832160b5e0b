/** Says how far something is, on standard error, with the time: standard output is for the answer. */
export function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}
