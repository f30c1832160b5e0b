import documented from "../../as-documented/kubernetes-chat.js";
import { figuresDecide } from "./decide.js";
import { moved } from "./kubernetes-chat.js";

await figuresDecide("kubernetes-chat", documented, moved);
