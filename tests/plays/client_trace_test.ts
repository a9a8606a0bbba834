/** What a client tells with `--trace`: everything it sends and gets, and no password and no token. */

import { assert, assertEquals } from "@std/assert";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { ClientProcess } from "../support/client_process.ts";
import { OPERATION, startChatClient } from "../support/chat_process.ts";
import { RoomServer } from "../support/room_server.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

/** What the lines of a trace say, without times and ports. */
function told(stderr: string): string[] {
  return stderr.split("\n").slice(0, -1).map((line) => {
    const [, transport, from, to, text] =
      /^\S+ trace (TCP|TLS|UDP) (\S+) \S+ -> (\S+) \S+ {2}(.*)$/.exec(line) ?? [];
    assert(text !== undefined, line);
    return `${transport} ${from} to ${to}: ${text}`;
  });
}

Deno.test("client --trace tells of the server and of its datagrams", async () => {
  await using server = await TestServer.start();
  await using client = await ClientProcess.register(server, "ann", ["--trace"]);
  await client.types("X");
  const { code, stderr } = await client.ended();
  assertEquals(code, 0);
  const messages = told(stderr).filter((line) => !line.includes("("));
  const port = client.messagePort;
  for (
    const line of [
      "TCP client to server: CAP",
      "TCP client to server: REG ann",
      "TCP server to client: 200 OK",
      `UDP client to server: SET ann 100 ONLINE ${port}`,
      "UDP client to server: GET ann",
      `UDP client to server: SET ann 101 OFFLINE ${port}`,
    ]
  ) assert(messages.includes(line), `${line} in ${stderr}`);
});

Deno.test("client chat --trace tells all but the password", async () => {
  await using server = await TestServer.start({ chat: {} });
  await using client = await startChatClient(server.chat, "ann", "open sesame", ["--trace"]);
  await client.sees(OPERATION);
  await client.types("EX");
  const { stderr } = await client.ended();
  assert(!stderr.includes("sesame"), stderr);
  assertEquals(told(stderr).filter((line) => !line.includes("(")), [
    "TCP client to server: C LOGIN ann",
    "TCP server to client: C PASSWORD new",
    "TCP client to server: C PASSWORD ********",
    "TCP server to client: C 200 OK registered",
    "TCP client to server: C EX",
    "TCP server to client: C 200 BYE",
  ]);
});

Deno.test("client chat --tls --trace tells what is inside of TLS as such", async () => {
  await using settings = await TempDir.make();
  await using server = await TestServer.start({
    ...{ chat: {}, tls: { identity: { cert: CERT, key: KEY }, ports: { chat: 0 } } },
  });
  const words = ["chat", "127.0.0.1", String(server.chatTls), "ann", "--tls", "--trace"];
  await using client = new ClientProcess(words, settings.path);
  await client.types("open sesame");
  await client.sees(OPERATION);
  await client.types("EX");
  const lines = (await client.ended()).stderr.split("\n").filter((line) =>
    line.includes(" trace ")
  );
  assertEquals(told(lines.join("\n") + "\n").filter((line) => !line.includes("(")).slice(0, 3), [
    "TLS client to server: C LOGIN ann",
    "TLS server to client: C PASSWORD new",
    "TLS client to server: C PASSWORD ********",
  ]);
});

Deno.test("client rooms --trace tells all but password and token", async () => {
  await using server = await RoomServer.start();
  await using client = new ClientProcess([
    ...["rooms", "create", "lab", "ann", "--password", "--trace"],
    ...[`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`],
  ]);
  await client.types("open sesame");
  await client.sees("Room lab is open");
  await client.types("hello", "exit");
  const { stderr } = await client.ended();
  for (const secret of ["sesame", "token_"]) assert(!stderr.includes(secret), stderr);
  assertEquals(told(stderr).filter((line) => !line.includes("(")), [
    'TCP client to server: request: create with a password lab {"username":"ann","password":"********"}',
    'TCP server to client: compliance: create with a password lab {"success": 1}',
    'TCP server to client: complete: create with a password lab {"token": "********"}',
    "UDP client to server: to lab: __REGISTER__",
    "UDP client to server: to lab: hello",
    "UDP client to server: to lab: __LEAVE__",
  ]);
});
