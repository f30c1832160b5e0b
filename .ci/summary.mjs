// Adds up vitest's results below a folder; exits 1 when a test failed or none ran.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [, , folder = "."] = process.argv;
const results = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const [passed, failed] = [sum("numPassedTests"), sum("numFailedTests")];
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
