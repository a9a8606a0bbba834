/**
 * A real server whose writes and syncs of the journal fail, made to by strace: no acknowledgement
 * after a failed one, and service again without anybody's help.
 */

import { assert, assertEquals } from "@std/assert";
import { SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";

/** Why system calls cannot be made to fail here; `undefined` when they can. */
const NO_STRACE: string | undefined = await whyNoStrace();

async function whyNoStrace(): Promise<string | undefined> {
  try {
    const args = ["-f", "-o", "/dev/null", "true"];
    const { success } = await new Deno.Command("strace", { args, stderr: "null" }).output();
    return success ? undefined : "strace may not trace here";
  } catch {
    return "strace is not there";
  }
}

const OK = "200 OK\r\n";
const STORAGE = "500 STORAGE\r\n";

/** Makes the `when`th call of a kind on the journal fail, in each thread that makes such calls. */
interface Injection {
  readonly call: "fdatasync" | "write";
  readonly error: "EIO" | "ENOSPC";
  readonly when: number;
}

/** Registers users one after the other until the server has failed and works again. */
async function registerThroughFailure(
  port: number,
  most: number,
): Promise<{ acknowledged: string[]; refused: string[] }> {
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let afterwards = 0;
  for (let number = 0; afterwards < 5; number++) {
    const reply = await ask(port, `REG u${number}\n`);
    assert(reply === OK || reply === STORAGE, `unexpected reply: ${reply}`);
    (reply === OK ? acknowledged : refused).push(`u${number}`);
    if (reply === OK && refused.length > 0) afterwards++;
    if (reply === STORAGE) await new Promise((resume) => setTimeout(resume, 20));
    if (refused.length === 0 && acknowledged.length > most) break;
  }
  return { acknowledged, refused };
}

async function play({ call, error, when }: Injection): Promise<void> {
  await using directory = await TempDir.make();
  const journal = `${directory.path}/journal.txt`;
  // The journal is there before: its first line is written under another name.
  await (await ServerProcess.start(directory.path)).endBy("SIGTERM");
  const inject = `inject=${call}:error=${error}:when=${when}`;
  // -D: the process that is started becomes the server, so that signals reach it.
  const strace = ["strace", "-D", "-f", "-o", "/dev/null", "-P", journal, "-e", `trace=${call}`];
  await using server = await ServerProcess.start(directory.path, [], {
    under: [...strace, "-e", inject],
  });
  const { acknowledged, refused } = await within(
    "service after a failure",
    registerThroughFailure(server.ports.buddy.tcp, 60 * when + 60),
  );
  assert(refused.length > 0, "nothing failed: the injection did not reach the journal");
  await server.endBy("SIGKILL");
  const { state, journal: file } = await loadTextFiles(SYSTEM_DISK, directory.path, 0);
  file.close();
  const found = Array.from(state.users.users(), ({ user }) => `${user}`).sort();
  assertEquals(found, acknowledged.sort(), "what was refused is not there, all else is");
}

for (
  const [call, error] of [["fdatasync", "EIO"], ["write", "ENOSPC"], ["write", "EIO"]] as const
) {
  for (let when = 1; when <= extent(4, 50); when++) {
    const name =
      `${call} number ${when} on the journal fails with ${error}: 500, then service again`;
    Deno.test({
      name: NO_STRACE === undefined ? name : `${name} (${NO_STRACE})`,
      ignore: NO_STRACE !== undefined,
      fn: () => play({ call, error, when }),
    });
  }
}
