import documented from "../../as-documented/multi-vps.js";
import { figuresDecide } from "./decide.js";
import { moved } from "./multi-vps.js";

await figuresDecide("multi-vps", documented, moved);
