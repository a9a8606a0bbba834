/**
 * The rooms as somebody uses them: the real client, driven by lines, and a real server.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { answerBytes } from "../samples/room_samples.ts";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { OlderRoomServer } from "../support/older_room_server.ts";
import { RealClock } from "../support/fake_clock.ts";
import { RoomServer } from "../support/room_server.ts";

/** Where rooms are, as the words of a command line. */
function portWords({ tcp, udp }: { readonly tcp: number; readonly udp: number }): string[] {
  return [`--tcp-port=${tcp}`, `--udp-port=${udp}`];
}

Deno.test("client rooms: asks for server and ports with defaults, then create, talk, exit", async () => {
  await using server = await RoomServer.start();
  await using client = new ClientProcess(["rooms"]);
  await client.types("", `${server.tcp}`, `${server.udp}`);
  await client.sees("Server [127.0.0.1]:\nTCP port [9090]:\nUDP port [9091]:\n");
  await client.sees("  1 create a room   2 join a room   3 exit\n");
  await client.types("1", "lab", "alice");
  await client.sees("Room:\nUser name:\nRoom lab is open");
  using bob = await server.join("lab", "bob");
  await client.types("hello bob", "//slash");
  assertEquals(await bob.hears(), "alice: hello bob");
  assertEquals(await bob.hears(), "alice: /slash");
  // Heard from, she is registered.
  await bob.says("hello alice");
  await client.sees("bob: hello alice\n");
  await client.types("exit");
  await client.sees("You left room lab, it is closed.\n");
  assertEquals(await bob.hears(), "__ROOM_CLOSED__");
  await client.types("3");
  const { code, stdout, stderr } = await client.ended();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /Goodbye\.\n$/);
});

Deno.test("client rooms: a server and ports that are none are asked for again", async () => {
  await using server = await RoomServer.start();
  await using client = new ClientProcess(["rooms"]);
  await client.types("?", "", "x", "0", `${server.tcp}`, `${server.udp}`, "?", "9", "3");
  await client.sees('"?" is no server: a server is the name or the IP address of a machine.\n');
  await client.sees('"x" is no TCP port: a port is a number from 1 to 65535.\n');
  await client.sees('"0" is no TCP port');
  await client.sees("Type a digit and Enter; what it needs is asked for:\n");
  await client.sees('Unknown choice "9": type 1, 2, 3, 4, 5 or 6.\n');
  assertEquals((await client.ended()).code, 0);
});

Deno.test("client rooms create and join: straight into the room and out again", async () => {
  await using server = await RoomServer.start();
  const words = portWords(server);
  await using alice = new ClientProcess(["rooms", "create", "the lab", "Alice A.", ...words]);
  await alice.sees("Room the lab is open");
  using eve = await server.join("the lab", "eve");
  await alice.types("is anybody here?");
  // Heard from, she is registered.
  assertEquals(await eve.hears(), "Alice A.: is anybody here?");
  await using bob = new ClientProcess(["rooms", "join", "the lab", "bob", ...words]);
  await bob.sees("You are in room the lab");
  await bob.types("hello", "/who");
  await alice.sees("bob: hello\n");
  await bob.sees("In room the lab: Alice A. (host), eve, bob.\n");
  await bob.types("q");
  await bob.sees("You left room the lab.\n");
  assertEquals((await bob.ended()).code, 0);
  await alice.endInput();
  assertEquals((await alice.ended()).code, 0);
  await server.until("the room is closed", (rooms) => rooms.length === 0);
});

Deno.test("client rooms: __ROOM_CLOSED__ ends the chat with a clear line", async () => {
  await using server = await RoomServer.start();
  using ann = await server.create("lab", "ann");
  await using straight = new ClientProcess(["rooms", "join", "lab", "bob", ...portWords(server)]);
  await straight.sees("You are in room lab");
  await using menu = new ClientProcess(["rooms", "--server=127.0.0.1", ...portWords(server)]);
  await menu.types("2", "lab", "eve");
  await menu.sees("You are in room lab");
  // Heard from, they are registered.
  await straight.types("hello");
  assertEquals(await ann.hears(), "bob: hello");
  await menu.types("hello");
  assertEquals(await ann.hears(), "eve: hello");
  await ann.says("__LEAVE__");
  await straight.sees("Room lab was closed; the chat is over.\n");
  assertEquals((await straight.ended()).code, 0);
  await menu.sees("Room lab was closed; the chat is over.\nrooms>\n");
  await menu.types("3");
  assertEquals((await menu.ended()).code, 0);
});

Deno.test("client rooms: a signal leaves the room, and a host's closes it", async () => {
  await using server = await RoomServer.start();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using client = new ClientProcess(["rooms", "create", "lab", "ann", ...portWords(server)]);
    await client.sees("Room lab is open");
    client.signal(signal);
    const { code, stdout, stderr } = await client.ended();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "You left room lab, it is closed.\n");
    await server.until("the room is closed", (rooms) => rooms.length === 0);
  }
});

Deno.test("client rooms: a message over the datagram limit is refused, with the limit", async () => {
  await using server = await RoomServer.start();
  using ann = await server.create("lab", "ann");
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", ...portWords(server)]);
  await bob.sees("You are in room lab");
  const most = 4096 - 2 - "lab".length - ann.token.length;
  await bob.types("x".repeat(most + 1), "é".repeat(most), "y".repeat(most));
  await bob.sees(`Not sent: it has ${most + 1} bytes, and here a message has at most ${most}.\n`);
  await bob.sees(`Not sent: it has ${2 * most} bytes`);
  assertEquals(await ann.hears(), `bob: ${"y".repeat(most)}`);
});

Deno.test("client rooms: what the server refuses is one line and exit code 1", async () => {
  await using server = await RoomServer.start();
  using _ann = await server.create("lab", "ann");
  for (
    const [words, reason] of [
      [["join", "attic", "bob"], "Cannot join room attic: there is no room of that name"],
      [["join", "lab", "ann"], "Cannot join room lab: somebody in the room has that name"],
      [["create", "lab", "bob"], "Cannot create room lab: a room of that name exists"],
    ] as const
  ) {
    await using client = new ClientProcess(["rooms", ...words, ...portWords(server)]);
    assertEquals(await client.ended(), {
      code: 1,
      stdout: "",
      stderr: `client rooms: ${reason}\n`,
    });
  }
});

Deno.test("client rooms: a server that is not there is exit code 3, in the menu a line", async () => {
  const port = freePort();
  await using straight = new ClientProcess(["rooms", "join", "lab", "bob", `--tcp-port=${port}`]);
  const { code, stderr } = await straight.ended();
  assertEquals(code, 3);
  assertMatch(
    stderr,
    /^client rooms: Cannot reach 127\.0\.0\.1:\d+: nothing is listening there\n$/,
  );
  await using menu = new ClientProcess(["rooms", "--server=127.0.0.1"]);
  await using server = await RoomServer.start();
  await menu.types(`${port}`, "", "2", "lab", "bob", "4");
  await menu.sees("nothing is listening there.\nrooms>\n");
  await menu.sees("nothing is listening there.\nrooms>\n");
  // What was mistyped is set right without starting anew.
  await menu.types("6", "", `${server.tcp}`, `${server.udp}`, "4");
  await menu.sees(`Server [127.0.0.1]:\nTCP port [${port}]:\nUDP port [9091]:\nrooms>\n`);
  await menu.sees("There are no rooms");
  await menu.types("3");
  assertEquals((await menu.ended()).code, 0);
});

Deno.test("client rooms: what could not be done is one line and exit code 1", async () => {
  await using server = await RoomServer.start();
  for (
    const [words, typed, missing] of [
      [["create"], [], "Cannot create a room: no room name was given"],
      [["create", "lab"], [""], "Cannot create a room: no user name was given"],
      [["create", "lab", "ann", "--password"], [], "Cannot create a room: no password was given"],
    ] as const
  ) {
    await using client = new ClientProcess(["rooms", ...words, ...portWords(server)]);
    await client.types(...typed);
    await client.endInput();
    const { code, stderr } = await client.ended();
    assertEquals([code, stderr], [1, `client rooms: ${missing}\n`]);
  }
  const protectedRoom = '{"username": "ann", "password": "s3cret"}';
  assert((await server.ask(4, "lab", protectedRoom)).success);
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", ...portWords(server)]);
  await bob.endInput();
  const { code, stderr } = await bob.ended();
  assertEquals([code, stderr], [1, "client rooms: Cannot join a room: no password was given\n"]);
});

Deno.test("client rooms: hundreds of lines of a script arrive, all of them, in order", async () => {
  await using server = await RoomServer.start({ clock: new RealClock() });
  using ann = await server.create("lab", "ann");
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", ...portWords(server)]);
  await bob.types(...Array.from({ length: 400 }, (_, number) => `${number}`), "/who", "q");
  for (let number = 0; number < 400; number++) assertEquals(await ann.hears(), `bob: ${number}`);
  await bob.sees("In room lab: ann (host), bob.\n");
  await bob.sees("You left room lab.\n");
});

Deno.test("client rooms: a token that no datagram holds is refused", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const token = "x".repeat(300);
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(1000));
    await writeAll(conn, answerBytes(2, "lab", '{"success": 1}', `{"token": "${token}"}`));
  })();
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", `--tcp-port=${port}`]);
  const { code, stderr } = await bob.ended();
  await serving;
  assertEquals([code, stderr], [
    1,
    "client rooms: Cannot join room lab: the server gave a token of 300 bytes, " +
    "and a datagram holds 255\n",
  ]);
});

Deno.test("client rooms: a wrong command line is one line and exit code 2", async () => {
  for (const words of [["rooms", "destroy"], ["rooms", "join", "x".repeat(65)], ["rooms", "--x"]]) {
    await using client = new ClientProcess(words);
    const { code, stdout, stderr } = await client.ended();
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^client rooms: [^\n]+\n$/);
  }
});

Deno.test("client rooms: a room with a password: asked for, wrong, right, listed", async () => {
  await using server = await RoomServer.start();
  const words = portWords(server);
  await using alice = new ClientProcess([
    "rooms",
    "create",
    "lab",
    "alice",
    "--password",
    ...words,
  ]);
  await alice.types("s3cret");
  await alice.sees("Password:\nRoom lab is open");
  await using bob = new ClientProcess(["rooms", "--server=127.0.0.1", ...words]);
  await bob.types("4");
  await bob.sees("lab   1        yes\n");
  await bob.types("2", "lab", "bob", "guess");
  await bob.sees("Password:\nCannot join room lab: the password is wrong.\n");
  await bob.types("2", "lab", "bob", "s3cret");
  await bob.sees("You are in room lab");
  await bob.types("q", "5", "attic", "bob", "");
  await bob.sees("Password:\nrooms>\n");
  await bob.types("3");
  assertEquals((await bob.ended()).code, 0);
  const [lab, ...more] = await server.store.rooms();
  assertEquals(more, []);
  assertMatch(lab?.hash ?? "", /^scrypt/);
  assert(!lab?.hash?.includes("s3cret"));
});

Deno.test("client rooms: with an older server, names without quotes and extensions refused", async () => {
  await using server = new OlderRoomServer();
  const words = portWords(server);
  await using alice = new ClientProcess(["rooms", "--server=127.0.0.1", ...words]);
  await alice.types("4", "5", "lab", "alice", "s3cret", "1", "lab", "alice");
  await alice.sees("This server cannot list its rooms");
  await alice.sees("Cannot create room lab: this server knows no passwords for rooms.\n");
  await alice.sees("Room lab is open");
  await eventually("alice is registered", () => server.messages.includes("__REGISTER__"));
  await using bob = new ClientProcess(["rooms", "join", "lab", "花子", ...words]);
  await bob.sees("You are in room lab");
  await bob.types("hello", "/who");
  await alice.sees("花子: hello\n");
  await bob.sees("This server cannot tell who is in a room");
  await server.tellAll("__ROOM_CLOSED__");
  await alice.sees("Room lab was closed");
  assertEquals(server.operations, [3, 4, 1, 2, 6]);
});
