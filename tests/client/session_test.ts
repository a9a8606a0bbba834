/**
 * A whole session against a real server, with a terminal that a test types at.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NO_CONVERSATIONS } from "../../lib/client/conversations.ts";
import { Session } from "../../lib/client/session.ts";
import { FRESH_LIST_MS } from "../../lib/client/session_work.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { HeldTimers } from "../support/held_timers.ts";
import { id } from "../support/ids.ts";
import { NOBODYS_PORT } from "../support/machine.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { RoomServer } from "../support/room_server.ts";
import { TestServer } from "../support/server.ts";
import { freePort } from "../support/free_port.ts";
import { within } from "../support/within.ts";

/** A session and its terminal; it leaves at the end of the test. */
class SessionPlay implements AsyncDisposable {
  readonly terminal: FakeTerminal;
  readonly messagePort: number;
  readonly #session: Session;
  readonly #over: Promise<void>;

  constructor(server: { tcp: number; udp: number }, user?: string, interactive = false) {
    this.terminal = new FakeTerminal(interactive);
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.messagePort = listener.addr.port;
    this.#session = new Session({
      server: { host: "127.0.0.1", tcpPort: server.tcp },
      presence: { udpPort: server.udp, messagePort: this.messagePort, refreshSeconds: 3600 },
      user: user === undefined ? undefined : id(user),
      filesFolder: "nowhere",
      rooms: {
        server: { host: "127.0.0.1", tcpPort: 9090, udpPort: 9091 },
        asks: ["host", "tcpPort", "udpPort"],
      },
    }, {
      ...{ terminal: this.terminal, listener, clock: Date.now, log: new RecordedLog() },
      conversations: NO_CONVERSATIONS,
      filesListener: Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    });
    this.#over = this.#session.run();
  }

  stop(): void {
    this.#session.stop();
  }

  async over(): Promise<void> {
    await within("the end of the session", this.#over);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.stop();
    await this.over();
  }
}

Deno.test("G goes to the rooms and back; a call meanwhile waits for the menu", async () => {
  await using server = await TestServer.start();
  await using rooms = await RoomServer.start();
  await using play = new SessionPlay(server);
  const { terminal } = play;
  await server.register("alice");
  terminal.types("L alice", "G", "", `${rooms.tcp}`, `${rooms.udp}`, "1", "lab", "alice");
  await terminal.sees("Room lab is open. You are its host");
  const caller = await Deno.connect({ hostname: "127.0.0.1", port: play.messagePort });
  await terminal.sees("is calling; answer with Y or N after this.");
  terminal.types("n", "q", "3");
  await terminal.sees("You left room lab");
  await terminal.sees("R register");
  await terminal.sees("is calling: Y answers");
  terminal.types("N");
  await terminal.sees("Turned");
  caller.close();
});

Deno.test("stop() at the rooms leaves the room, the rooms and the client", async () => {
  await using server = await TestServer.start();
  await using rooms = await RoomServer.start();
  await using play = new SessionPlay(server);
  play.terminal.types("G", "", `${rooms.tcp}`, `${rooms.udp}`, "1", "lab", "alice");
  await play.terminal.sees("Room lab is open");
  play.stop();
  await play.over();
  const { shown } = play.terminal;
  const [left, goodbye] = ["You left room lab, it is closed.", "Goodbye."].map((text) =>
    shown.indexOf(text)
  );
  assert(left! > 0 && left! < goodbye!, shown.join("\n"));
  await rooms.until("the room is closed", (rooms) => rooms.length === 0);
});

Deno.test("a user at start is logged in before the first line is read", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  using _limit = new HeldTimers(FRESH_LIST_MS);
  await using play = new SessionPlay(server, "alice");
  play.terminal.types("S");
  await play.terminal.sees("Logged in as alice");
  await play.terminal.sees("You have no buddies yet");
});

Deno.test("L of an unknown user is `No such user`, and says nothing over UDP", async () => {
  await using server = await TestServer.start();
  await using play = new SessionPlay(server);
  play.terminal.types("L nobody", "S");
  await play.terminal.sees("No such user: nobody");
  await play.terminal.sees("Register with R or log in with L first.");
});

Deno.test("lines are done strictly one after another", async () => {
  await using server = await TestServer.start();
  await server.register("bob");
  using _limit = new HeldTimers(FRESH_LIST_MS);
  await using play = new SessionPlay(server);
  play.terminal.types("R alice", "A bob", "A bob", "D bob", "D bob", "S", undefined);
  await play.over();
  const said = play.terminal.shown.filter((line) => /[.]$/.test(line));
  assertEquals(said, [
    "Registered as alice. You are online.",
    "bob is now your buddy.",
    "bob is already your buddy; not added again (201 INVALID).",
    "bob is not your buddy any more.",
    "bob is not your buddy any more.",
    "You have no buddies yet; A adds one.",
    "Goodbye.",
  ]);
  assertEquals(play.terminal.isClosed, true);
});

Deno.test("M finds a buddy who came online only now", async () => {
  await using server = await TestServer.start();
  await server.register("bob");
  using _limit = new HeldTimers(FRESH_LIST_MS);
  await using alice = new SessionPlay(server);
  alice.terminal.types("R alice", "A bob", "S");
  await alice.terminal.sees("OFFLINE");
  await using bob = new SessionPlay(server, "bob");
  await bob.terminal.sees("Logged in as bob");
  bob.terminal.types("S"); // answered after bob's SET was taken
  await bob.terminal.sees("You have no buddies yet");
  alice.terminal.types("m BOB");
  await alice.terminal.sees(`Calling bob at 127.0.0.1:${bob.messagePort}`);
  await bob.terminal.sees("127.0.0.1 is calling");
});

Deno.test("an unreachable server is said once at start, with what to check", async () => {
  await using play = new SessionPlay({ tcp: NOBODYS_PORT, udp: NOBODYS_PORT });
  const line = await play.terminal.sees(`Cannot reach 127.0.0.1:${NOBODYS_PORT}`);
  assertStringIncludes(line, "check that the server runs, and --server and --tcp-port");
  play.terminal.types("?");
  await play.terminal.sees("Type a letter");
});

Deno.test("S says so when the server does not answer, and when its last answer came", async () => {
  await using server = new FakeServer({ reply: () => "200 OK\n" });
  using limit = new HeldTimers(FRESH_LIST_MS);
  await using play = new SessionPlay(server);
  play.terminal.types("R alice", "S");
  await limit.pass();
  await play.terminal.sees("The server has not answered yet");

  let answers = true;
  server.script = {
    ...server.script,
    answer: (datagram) =>
      datagram === "GET alice" && answers ? "bob 101 OFFLINE unknown 0\n" : undefined,
  };
  play.terminal.types("S");
  await play.terminal.sees("bob");
  answers = false;
  play.terminal.types("S");
  await limit.pass();
  await play.terminal.sees("bob");
  assertStringIncludes(await play.terminal.sees("No answer just now"), "this is from ");
});

Deno.test("a person whose server is not there yet is logged in when it is; what they type comes first", async () => {
  const tcp = freePort();
  await using early = new SessionPlay({ tcp, udp: 1 }, "alice", true);
  await using busy = new SessionPlay({ tcp, udp: 1 }, "bob", true);
  await early.terminal.sees("trying to log in as alice again in 1 s.");
  busy.terminal.types("?");
  await using _server = new FakeServer(olderServer(), tcp);
  await early.terminal.sees("Online as alice.");
  assertEquals(busy.terminal.shown.filter((line) => line.includes("Online as")), []);
});
