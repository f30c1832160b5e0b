import { buildImages } from "../../images/index.js";
import { silent } from "../../progress.js";
import { ensureTools } from "../../toolchain/index.js";
import { worldCa } from "../up.js";

/** The project's own images, built once and kept in the cache. */
export async function testImages() {
  const tools = await ensureTools(["buildah", "mmdebstrap"], silent);
  return buildImages({ tools, caFile: (await worldCa()).certFile, progress: silent });
}
