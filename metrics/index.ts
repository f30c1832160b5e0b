export type { Labels, MeasuredOperation, MetricName, Sample } from "./definitions.js";
export { definitions } from "./definitions.js";
export { exposition, type Family, families, type Point } from "./exposition.js";
export { type Measured, operationSamples } from "./operation.js";
export { NoExposition, parseExposition } from "./parse.js";
export { type Post, post } from "./post.js";
export { type PushOptions, pushSamples } from "./push.js";
export { writeTextfile } from "./textfile.js";
