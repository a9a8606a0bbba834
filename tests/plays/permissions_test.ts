/**
 * What the server really asks the system for, as Deno's permission audit tells it while all services
 * are used: no more than SECURITY.md says.
 */

import { assert, assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { askRoom } from "../support/room_server.ts";
import { OWN_CODE, ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { askOverTls } from "../support/tls_client.ts";

/** One permission that was asked for, and what for. */
interface Access {
  readonly permission: string;
  readonly value: string;
}

async function auditOf(path: string): Promise<Access[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function valuesOf(audit: readonly Access[], permission: string): string[] {
  const of = audit.filter((access) => access.permission === permission);
  return [...new Set(of.map(({ value }) => value))].sort();
}

Deno.test("the server asks for its data directory, its own addresses and its ports, and nothing else", async () => {
  await using directory = await TempDir.make();
  await using outside = await TempDir.make();
  const path = `${outside.path}/audit.jsonl`;
  const data = `${directory.path}/data`;
  const audited = ["env", `DENO_AUDIT_PERMISSIONS=${path}`];
  await using server = await ServerProcess.start(data, [
    ...["--services=buddy,rooms,chat", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--chat-port=0", "--compact-from=1", "--tls-port=0"],
  ], { directory: directory.path, under: audited });
  const { buddy, rooms, chat } = server.ports as unknown as Record<
    string,
    { tcp: number; tls?: number }
  >;
  for (const user of ["ann", "bob"]) {
    assertEquals(await ask(buddy!.tcp, `REG ${user}\n`), "200 OK\r\n");
  }
  const certificate = await Deno.readTextFile(`${data}/tls.pem`);
  assertEquals(await askOverTls(buddy!.tls!, "REG eve\n", certificate), "200 OK\r\n");
  assertEquals(await ask(buddy!.tcp, "ADD ann bob\n"), "200 OK\r\n");
  using asker = new RawUdp(server.ports.buddy.udp);
  await asker.send("SET ann 100 ONLINE 4001\n");
  assertEquals(await asker.ask("GET ann\n"), "bob 101 OFFLINE unknown 0\n");
  assert((await askRoom(rooms!.tcp, 1, "lab", "ann")).success);
  using client = await ChatClient.enter(chat!.tcp, "eve");
  await client.send("C EX\n");
  await eventually("a compaction", () => server.stderr.includes("Compacted"));
  assertEquals((await server.endBy("SIGTERM")).code, 0);

  const audit = await auditOf(path);
  const kinds = new Set(audit.map(({ permission }) => permission));
  assertEquals([...kinds].sort(), ["net", "read", "sys", "write"]);
  assertEquals(valuesOf(audit, "sys"), ["networkInterfaces"]);
  for (const kind of ["read", "write"]) {
    const strange = valuesOf(audit, kind).filter((file) =>
      file !== data && !file.startsWith(`${data}/`) && !file.startsWith(`${OWN_CODE}/`)
    );
    assertEquals(strange, [], `it would ${kind} outside its data directory`);
  }
  const dialled = valuesOf(audit, "net").filter((address) =>
    !/^(0\.0\.0\.0|127\.0\.0\.1):\d+$/.test(address)
  );
  assertEquals(dialled, [], "it talks to nobody who did not talk to it");
});
