/**
 * A stay in a room of a real server, with a terminal that a test types at.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RoomLink } from "../../lib/client/room_link.ts";
import { NO_CONVERSATIONS } from "../../lib/client/conversations.ts";
import { RoomStay, type StayEnd } from "../../lib/client/room_stay.ts";
import { TypedLines } from "../../lib/client/typed_lines.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import type { EnterRequest } from "../../lib/wire/room_request.ts";
import { memberName, roomName } from "../samples/room_samples.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { eventually } from "../support/eventually.ts";
import { OlderRoomServer } from "../support/older_room_server.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { RoomServer } from "../support/room_server.ts";
import { TempDir } from "../support/temp_dir.ts";
import { freePort } from "../support/free_port.ts";

const LAB = roomName("lab");

/** Somebody who has created or joined the lab, and asks so often whether they are there. */
async function enter(
  server: { readonly tcp: number; readonly udp: number },
  kind: "create" | "join",
  name: string,
  keepAliveSeconds = 0.02,
): Promise<{
  readonly terminal: FakeTerminal;
  readonly end: Promise<StayEnd>;
  /** What is kept of what was said. */
  readonly kept: readonly string[];
}> {
  const link = new RoomLink({ host: "127.0.0.1", tcpPort: server.tcp, udpPort: server.udp });
  const request: EnterRequest = {
    ...{ kind, room: LAB, member: memberName(name), password: undefined },
  };
  const answer = await link.ask(request);
  if (!answer.success) throw new Error(answer.error);
  const terminal = new FakeTerminal(false);
  const kept: string[] = [];
  const stay = new RoomStay(request, answer.token, {
    ...{ terminal, lines: new TypedLines(terminal), link, log: new RecordedLog(), commands: {} },
    conversation: {
      ...NO_CONVERSATIONS.open({ owner: "", kind: "room", name: "" }),
      add: (who, text) => kept.push(`${who}: ${text}`),
    },
    ...{ udpPort: server.udp, stopped: new Promise<void>(() => {}), keepAliveSeconds },
  });
  return { terminal, end: stay.run(), kept };
}

Deno.test("RoomStay: a server that is gone is told, and that leaving may not be known", async () => {
  const server = await RoomServer.start();
  const { terminal, end } = await enter(server, "create", "ann");
  await terminal.sees("Room lab is open");
  await server.stop();
  await terminal.sees("nothing is listening there. What you say is kept until the server is back.");
  terminal.types("q");
  assertEquals(await end, "left");
  await terminal.sees("You left room lab; the server does not answer and may not know.");
});

Deno.test("RoomStay: a server that has forgotten the room ends the chat", async () => {
  const ports = { tcp: freePort(), udp: freePort() };
  const server = await RoomServer.start({ ports });
  const { terminal, end } = await enter(server, "create", "ann");
  const over = assertRejects(() => end, OperationalError, "Lost room lab: the server does not");
  await server.stop();
  await terminal.sees("is kept until");
  await using _again = await RoomServer.start({ ports });
  await terminal.sees("The server answers again.");
  await over;
});

Deno.test("RoomStay: a server that keeps rooms has its member again", async () => {
  await using directory = await TempDir.make();
  const ports = { tcp: freePort(), udp: freePort() };
  const server = await RoomServer.start({ directory: directory.path, ports });
  using ann = await server.create("lab", "ann");
  const { terminal, end } = await enter(server, "join", "bob");
  await server.stop();
  await terminal.sees("is kept until");
  await using _again = await RoomServer.start({ directory: directory.path, ports });
  terminal.types("said into the silence", "and more");
  await terminal.sees("The server answers again.");
  // Its host has moved, for the server: it is told so, and then said so.
  await ann.says("__REGISTER__");
  terminal.types("still here", "q");
  const heard = [await ann.hears()];
  while (!heard.includes("bob: still here")) heard.push(await ann.hears());
  assertEquals(heard.filter((text) => !/silence|and more/.test(text)), ["bob: still here"]);
  assertEquals(await end, "left");
  await terminal.sees("You left room lab.");
});

Deno.test("RoomStay: what was said and may be lost is told; what was held and never sent, too", async () => {
  const server = await RoomServer.start();
  const { terminal, end, kept } = await enter(server, "create", "ann", 0.2);
  await terminal.sees("Room lab is open");
  terminal.types("does anybody hear this?");
  await server.stop();
  await terminal.sees("What you say is kept until the server is back.");
  await terminal.sees("(perhaps not delivered) does anybody hear this?");
  assert(kept.includes("ann: (perhaps not delivered) does anybody hear this?"));
  terminal.types("one", "two", "q");
  assertEquals(await end, "left");
  await terminal.sees("(not delivered) one / two");
});

Deno.test("RoomStay: an older server hears of us again and again, and is asked once", async () => {
  await using server = new OlderRoomServer();
  const { terminal, end } = await enter(server, "create", "ann");
  await eventually("the question", () => server.operations.length === 2);
  const before = server.messages.length;
  await eventually("five registrations more", () => server.messages.length >= before + 5);
  assertEquals(new Set(server.messages), new Set(["__REGISTER__"]));
  terminal.types("q");
  assertEquals(await end, "left");
  assertEquals(server.operations, [1, 6]);
});

Deno.test("RoomStay: who expired is told at the next keep-alive", async () => {
  await using server = await RoomServer.start();
  const ann = await enter(server, "create", "ann");
  const bob = await enter(server, "join", "bob");
  const over = assertRejects(() => bob.end, OperationalError, "Lost room lab");
  await server.store.change({ kind: "leave room", room: "lab", member: "bob" });
  await over;
  ann.terminal.types("/who", "q");
  assertEquals(await ann.end, "left");
  await ann.terminal.sees("In room lab: ann (host).");
});

Deno.test("RoomStay: why the server does not tell who is there is shown", async () => {
  await using server = await RoomServer.start();
  const { terminal, end } = await enter(server, "create", "ann", 60);
  await server.store.change({ kind: "close room", room: "lab" });
  terminal.types("/who", "q");
  assertEquals(await end, "left");
  await terminal.sees(
    "The server does not tell who is in a room: that token is of no member of the room.",
  );
});

Deno.test("RoomStay: what could not be said before the room closed is shown", async () => {
  await using server = await RoomServer.start();
  using ann = await server.create("lab", "ann");
  const { terminal, end } = await enter(server, "join", "bob", 60);
  // As many as are sent in twenty seconds: the room closes before, on any machine.
  const lines = Array.from({ length: 2000 }, (_, number) => `line ${number}`);
  terminal.types(...lines);
  assertEquals(await ann.hears(), "bob: line 0");
  await ann.says("__LEAVE__");
  assertEquals(await end, "closed");
  await terminal.sees("lines, the last of them: line 1990 / line 1991 / line 1992 / line 1993");
});
