import documented from "../../as-documented/support-desk.js";
import { figuresDecide } from "./decide.js";
import { moved } from "./support-desk.js";

await figuresDecide("support-desk", documented, moved);
