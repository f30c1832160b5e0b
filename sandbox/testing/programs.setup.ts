import { ensureTools } from "../toolchain/index.js";
import { installing } from "./installing.js";

/** Installs what program tests drive, before the first of them: a test's time limit is for the test. */
export default async function setup(): Promise<void> {
  await ensureTools(
    [
      "postgres",
      "zstd",
      "ministack-python",
      "versitygw",
      "minio",
      "encryption-sdk-python",
      "newer-postgres-python",
      "age",
      "aws",
      "go",
      "pulumi",
    ],
    installing,
  );
}
