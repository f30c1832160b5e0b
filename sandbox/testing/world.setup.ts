import { testImages } from "../images/testing/container.js";
import { ensureTools, toolNames } from "../toolchain/index.js";
import { installing } from "./installing.js";

/** Installs and builds what worlds are made of, before the first test: on a new machine it takes longer than any of them may. */
export default async function setup(): Promise<void> {
  await ensureTools(toolNames, installing);
  await testImages();
}
