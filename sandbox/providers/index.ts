import { fileURLToPath } from "node:url";

/** Folder with the provider programs; put first on PATH, Pulumi takes them instead of downloading its own. */
export const providersBin: string = fileURLToPath(new URL("./bin", import.meta.url));
