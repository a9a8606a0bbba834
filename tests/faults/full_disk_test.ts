/**
 * A real server on a small disk that fills up: refusal, no damage, service again when there is space.
 */

import { assertEquals } from "@std/assert";
import { SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

const OK = "200 OK\r\n";
const STORAGE = "500 STORAGE\r\n";

/** A file system in memory with a size, mounted for one test. */
class SmallDisk implements AsyncDisposable {
  readonly path: string;
  readonly #directory: TempDir;

  private constructor(directory: TempDir) {
    this.#directory = directory;
    this.path = directory.path;
  }

  /** Mounts one; `undefined` when this user may not. */
  static async mount(size: string): Promise<SmallDisk | undefined> {
    const directory = await TempDir.make();
    const args = ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory.path];
    const mounted = await new Deno.Command("mount", { args, stderr: "null" }).output()
      .then(({ success }) => success, () => false);
    if (mounted) return new SmallDisk(directory);
    await directory[Symbol.asyncDispose]();
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("umount", { args: [this.path] }).output();
    await this.#directory[Symbol.asyncDispose]();
  }
}

const CAN_MOUNT: boolean = await (async () => {
  await using disk = await SmallDisk.mount("64k");
  return disk !== undefined;
})();

Deno.test({
  name: "a full disk: 500, nothing acknowledged lost, service again when there is space" +
    (CAN_MOUNT ? "" : " (this user may not mount a file system)"),
  ignore: !CAN_MOUNT,
  fn: async () => {
    await using disk = (await SmallDisk.mount("256k"))!;
    const ballast = `${disk.path}/ballast`;
    await Deno.writeFile(ballast, new Uint8Array(200 * 1024));
    const acknowledged: string[] = [];
    {
      await using server = await ServerProcess.start(disk.path);
      const { tcp } = server.ports.buddy;
      const register = async (): Promise<string> => {
        const user = `user${acknowledged.length}`;
        const reply = await ask(tcp, `REG ${user}\n`);
        if (reply === OK) acknowledged.push(user);
        return reply;
      };
      const until = async (wanted: string): Promise<void> => {
        while (await register() !== wanted) {
          if (wanted === OK) await new Promise((resume) => setTimeout(resume, 20));
        }
      };
      await within("a full disk", until(STORAGE));
      assertEquals(await ask(tcp, "REG user0\n"), "203 USER EXISTS\r\n", "what it knows, it tells");
      await Deno.remove(ballast);
      await within("service when there is space", until(OK));
      for (let more = 0; more < 20; more++) assertEquals(await register(), OK);
      await server.endBy("SIGKILL");
    }
    const { state, journal } = await loadTextFiles(SYSTEM_DISK, disk.path, 0);
    journal.close();
    const found = Array.from(state.users.users(), ({ user }) => `${user}`).sort();
    assertEquals(found, acknowledged.sort());
  },
});
