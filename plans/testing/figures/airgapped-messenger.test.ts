import documented from "../../as-documented/airgapped-messenger.js";
import { moved } from "./airgapped-messenger.js";
import { figuresDecide } from "./decide.js";

await figuresDecide("airgapped-messenger", documented, moved);
