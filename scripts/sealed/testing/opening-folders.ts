import { dirname } from "node:path";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";

/** Folders of the programs by which any sealed point is fetched and opened without Secondsite, in the order of a PATH. */
export async function openingFolders(): Promise<string[]> {
  const tools = await ensureTools(["aws", "age", "encryption-sdk-python"], silent);
  // The CLI has a python of its own beside it, which does not know the SDK.
  return [tools["encryption-sdk-python"], tools.aws, tools.age].map((path) => dirname(path));
}
