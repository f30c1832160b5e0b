import { afterEach, expect, test, vi } from "vitest";

import { silent } from "../../progress.js";
import { debian, installDebian } from "./debian.js";

afterEach(() => {
  vi.restoreAllMocks();
});

test("without root nothing is installed: the command to run is told", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1000);

  await expect(
    installDebian([debian(["etcd-server"]), debian(["runc"]), debian(["runc"])], silent),
  ).rejects.toMatchObject({
    exitCode: 3,
    message: "missing from the operating system: etcd-server, runc; installing them takes root on Debian",
    hint: "sudo apt-get install --no-install-recommends etcd-server runc",
  });
});
