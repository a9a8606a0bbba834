import { writeAll } from "../../lib/net/orderly_close.ts";
import { NO_CONVERSATIONS } from "../../lib/client/conversations.ts";
import { RoomVisit } from "../../lib/client/room_visit.ts";
import type { ScreenLine } from "../../lib/client/screen_line.ts";
import { answerBytes } from "../samples/room_samples.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { RoomServer } from "../support/room_server.ts";

/** What the menu shows when a server answers the question for its rooms so. */
async function listFrom(compliance: string | undefined, shown: string): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(1000));
    if (compliance !== undefined) {
      await writeAll(conn, answerBytes(3, "*", compliance, '{"token": ""}'));
    }
  })();
  const terminal = new FakeTerminal();
  const server = { host: "127.0.0.1", tcpPort: listener.addr.port, udpPort: 1 };
  const visit = new RoomVisit({ server, asks: [] }, {
    terminal,
    log: new RecordedLog(),
    commands: {},
    conversations: NO_CONVERSATIONS,
  });
  terminal.types("4", "3");
  await visit.run();
  await serving;
  await terminal.sees(shown);
}

Deno.test("RoomVisit: why a server does not list its rooms is shown; an older one cannot", async () => {
  const older = "This server cannot list its rooms: it is an older one, or another program.";
  await listFrom(
    '{"success": 0, "error": "the server is busy"}',
    "The server does not list its rooms: the server is busy.",
  );
  await listFrom('{"success": 0}', older);
  await listFrom(undefined, older);
});

Deno.test("RoomVisit: files that are offered can be accepted at the menu of the rooms", async () => {
  const terminal = new FakeTerminal();
  const server = { host: "127.0.0.1", tcpPort: 1, udpPort: 1 };
  const accept = (argument: string): readonly ScreenLine[] => [{ text: `into ${argument}` }];
  const visit = new RoomVisit({ server, asks: [] }, {
    terminal,
    log: new RecordedLog(),
    commands: { accept },
    conversations: NO_CONVERSATIONS,
  });
  terminal.types("/accept inbox", "3");
  await visit.run();
  await terminal.sees("into inbox");
});

Deno.test("RoomVisit: whoever is logged in is offered their own name", async () => {
  await using server = await RoomServer.start();
  const terminal = new FakeTerminal();
  const address = { host: "127.0.0.1", tcpPort: server.tcp, udpPort: server.udp };
  const visit = new RoomVisit({ server: address, asks: [], user: id("alice") }, {
    terminal,
    log: new RecordedLog(),
    commands: {},
    conversations: NO_CONVERSATIONS,
  });
  terminal.types("1", "lab", "", "q", "3");
  await visit.run();
  await terminal.sees("«User name [alice]: »");
  await terminal.sees("«alice: »");
});
