#!/usr/bin/env node
// Plans are TypeScript, so the loader that reads them also reads the commands: nothing to build after `npm ci`.
import { register } from "tsx/esm/api";

register();
await import("../secondsite.ts");
