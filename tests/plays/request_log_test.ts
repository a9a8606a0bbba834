/** What the log of a real server tells of requests: everything, or what matters at any time. */

import { assertEquals, assertMatch } from "@std/assert";
import type { Ended } from "../support/process.ts";
import { ask } from "../support/raw_tcp.ts";
import { askRoom, RawMember } from "../support/room_server.ts";
import { ServerProcess } from "../support/server_process.ts";
import type { Ports } from "../support/site.ts";
import { TempDir } from "../support/temp_dir.ts";
import { ChatClient } from "../support/chat_client.ts";

interface Line {
  readonly level: string;
  readonly message: string;
  readonly connection?: number;
  readonly [field: string]: unknown;
}

/** What a server logs of some requests, good and refused. */
async function loggedOf(level: "info" | "debug"): Promise<Line[]> {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path, [
    ...["--services=buddy,rooms,chat", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--chat-port=0", "--log=json", `--log-level=${level}`],
  ]);
  const { buddy, rooms, chat } = server.ports as unknown as Ports;
  for (const line of ["REG ann", "REG ann", "nonsense"]) await ask(buddy.tcp, `${line}\r\n`);
  const ann = JSON.stringify({ username: "ann", password: "sesame" });
  await askRoom(rooms.tcp, 4, "vault", ann);
  await askRoom(rooms.tcp, 5, "vault", JSON.stringify({ username: "eve", password: "guess" }));
  await askRoom(rooms.tcp, 2, "nowhere", '"eve"');
  const host = await RawMember.enter(rooms, 1, "lab", "ann");
  await host.says("__LEAVE__");
  await server.stderrShows("Room closed");
  using cid = await ChatClient.enter(chat.tcp, "cid");
  await cid.expects("C WHO", "C USERS");
  await cid.expects("C PM\nD hi", "C READY", "C 200 SENT 0");
  host[Symbol.dispose]();
  return linesOf(await server.endBy("SIGTERM"));
}

function linesOf({ stderr }: Ended): Line[] {
  return stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function told(lines: readonly Line[], ...fields: readonly string[]): unknown[][] {
  return lines.map((line) => fields.map((field) => line[field]));
}

Deno.test("at debug the log has a line for each request, at its connection's number", async () => {
  const lines = await loggedOf("debug");
  const requests = lines.filter(({ message }) => message === "Request");
  const of = (service: string): Line[] => requests.filter((line) => line.service === service);
  assertEquals(told(of("buddy"), "kind", "reply", "reason", "user"), [
    ["register", 200, undefined, "ann"],
    ["register", 203, "USER EXISTS", "ann"],
    ["invalid", 201, "INVALID", undefined],
  ]);
  assertEquals(told(of("rooms"), "kind", "reply", "reason", "room", "user"), [
    ["create", "granted", undefined, "vault", "ann"],
    ["join", "wrong password", "the password is wrong", "vault", "eve"],
    ["join", "no such room", "there is no room of that name", "nowhere", "eve"],
    ["create", "granted", undefined, "lab", "ann"],
  ]);
  assertEquals(told(of("chat"), "kind", "reply"), [
    ...[["login", "look up"], ["password", "log in"], ["who", "list"]],
    ...[["public", "answer"], ["data", "say"]],
  ]);
  for (const { level, connection, from, ms, service } of requests) {
    assertEquals([level, typeof connection, from], ["debug", "number", "127.0.0.1"]);
    if (service !== "chat") assertEquals(typeof ms, "number");
  }
  const numbers = new Set(requests.map(({ connection }) => connection));
  assertEquals(numbers.size, 8, "a number for each connection");
});

Deno.test("at debug the log has a line for who says nothing until the deadline has passed", async () => {
  await using directory = await TempDir.make();
  const args = ["--read-deadline=0.2", "--log=json", "--log-level=debug"];
  await using server = await ServerProcess.start(directory.path, args);
  await ask(server.ports.buddy.tcp);
  const late = linesOf(await server.endBy("SIGTERM"))
    .filter(({ message }) => message === "No request in time");
  assertEquals(told(late, "service", "from"), [["buddy", "127.0.0.1"]]);
});

Deno.test("at info it has rooms that come and go, and guessed passwords", async () => {
  const lines = await loggedOf("info");
  assertEquals(lines.filter(({ level }) => level === "debug"), []);
  const ofRooms = lines.filter(({ message }) => /\broom\b/i.test(message));
  assertEquals(told(ofRooms, "message", "room", "user", "reason", "protected"), [
    ["Room created", "vault", "ann", undefined, true],
    ["Joining a room refused", "vault", "eve", "wrong password", undefined],
    ["Room created", "lab", "ann", undefined, false],
    ["Room closed", "lab", undefined, undefined, undefined],
  ]);
  const entered = lines.find(({ message }) => message === "Logged in to the chat");
  assertMatch(String(entered?.connection), /^\d+$/);
});
