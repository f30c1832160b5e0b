#!/usr/bin/env node
// Plans are TypeScript, so the loader that reads them also reads the commands: nothing to build after `npm ci`.
import "./brief.mjs";
import { register as addHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
addHooks("./typescript-is-esm.mjs", import.meta.url);
await import("../secondsite.ts");
