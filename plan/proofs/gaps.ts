/** How far apart a schedule's starts are, for rules that do not ask what is lost. */
export { gapsIfReadable } from "./rpo/gaps.js";
