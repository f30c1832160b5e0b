import { gateServer } from "./server.js";
import type { GateSettings } from "./settings.js";

const settings = JSON.parse(process.argv[2] ?? "{}") as GateSettings;
const server = gateServer(settings);
server.listen(443, settings.address);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
