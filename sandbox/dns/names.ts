/**
 * Domain names as this server compares them: lower case, no trailing dot, the root is "".
 *
 * Route 53's API writes unusual characters as `\ooo` (octal), for example `\052` for `*`.
 */
export function normalName(name: string): string {
  const plain = name.replace(/\\([0-3][0-7]{2})/g, (_escape, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return plain.toLowerCase().replace(/\.$/, "");
}

/** The name one label up, or undefined for the root. */
export function parentName(name: string): string | undefined {
  if (name === "") return undefined;
  const dot = name.indexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1);
}

/** Whether `name` is `ancestor` or below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === "" || name === ancestor || name.endsWith(`.${ancestor}`);
}
