import { up } from "../index.js";
import { testImages } from "./images.js";

/** Starts the world that its argument describes, for tests that end the starter. */
const spec = JSON.parse(process.argv[2] ?? "");
const { pause } = await testImages();
await up(spec, { images: [pause] });
