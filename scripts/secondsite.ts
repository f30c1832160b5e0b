import { report, run } from "./entry.js";

// A reader that has seen enough (`| head`) is no failure; a full disk is.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.exitCode = report(error);
});
process.stderr.on("error", () => undefined);
process.on("uncaughtException", (error) => {
  process.exit(report(error));
});

const code = await run(process.argv);
// Whatever went wrong while writing the answer outweighs it.
process.exitCode ??= code;
