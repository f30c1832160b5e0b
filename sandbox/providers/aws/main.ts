import { serve } from "../protocol/index.js";
import { AwsProgram } from "./program.js";

await serve(new AwsProgram(), process.argv.slice(2));
