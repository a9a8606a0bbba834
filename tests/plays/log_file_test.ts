/** The log of a real server in a file: renamed under it, full, and flooded. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ProgramProcess } from "../support/process.ts";
import { ask } from "../support/raw_tcp.ts";
import { type ReadyPorts, ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { ChatClient } from "../support/chat_client.ts";

Deno.test({
  name: "SIGHUP opens the log file anew, and the server goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.make();
    const path = `${directory.path}/parley.log`;
    await using server = await ServerProcess.start(directory.path, [
      ...[`--log-file=${path}`, "--services=buddy,chat", "--chat-port=0"],
    ]);
    assertStringIncludes(await Deno.readTextFile(path), "Listening for buddies");
    await Deno.rename(path, `${path}.1`);
    server.signal("SIGHUP");
    const { tcp } = server.ports.chat as { readonly tcp: number };
    const older = await Deno.readTextFile(`${path}.1`);
    await eventually("a line in the new file", async () => {
      using _cid = await ChatClient.enter(tcp, `cid${crypto.randomUUID().slice(0, 8)}`);
      return (await directory.names()).includes("parley.log");
    });
    assertStringIncludes(await Deno.readTextFile(path), "Logged in to the chat");
    assertEquals(server.stderr, "");
    assert(older.includes("Users are kept"));
    assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
  },
});

Deno.test({
  name: "a log file on a full disk stops nothing: its lines come to stderr",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = new ProgramProcess({
      script: "server.ts",
      permissions: [
        // Deno lets nobody else at files of /dev.
        "--allow-all",
      ],
      args: ["0", "0", "--host=127.0.0.1", "--store=memory", "--log-file=/dev/full"],
    });
    const { buddy } = await server.readyLine() as ReadyPorts;
    assertEquals(await ask(buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
    await server.stderrShows("Listening for buddies");
    assertStringIncludes(server.stderr, 'Cannot write the log to "/dev/full": No space left');
    const { code } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
  },
});
