import documented from "../../as-documented/invoicing.js";
import { figuresDecide } from "./decide.js";
import { moved } from "./invoicing.js";

await figuresDecide("invoicing", documented, moved);
