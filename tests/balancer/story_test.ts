import { assertEquals } from "@std/assert";
import { Story, storyFormat } from "../../lib/balancer/story.ts";
import { Backend } from "../../lib/balancer/backend.ts";
import { parseBackend } from "../../lib/config/backend_option.ts";
import type { Log, LogLevel } from "../../lib/core/ports.ts";
import { createLog } from "../../lib/observe/log.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const CLIENT = { ip: "192.0.2.7", port: 4000 };

function backend(): Backend {
  return new Backend(1, parseBackend("lab:5002", ""));
}

function written(level: LogLevel, isFile = false): { lines: string[]; log: Log } {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const line = storyFormat(level, isFile);
  return { lines, log: createLog({ format: "text", level, clock: () => 0, write, line }) };
}

Deno.test("storyFormat() is [LB] lines, with the figures for whoever looks for a fault", {
  permissions: "none",
}, () => {
  const plain = written("info");
  plain.log.info("Connection closed", { sent: 4 });
  plain.log.debug("nothing");
  assertEquals(plain.lines, ["[LB] Connection closed\n"]);
  const talkative = written("debug");
  talkative.log.info("Connection closed", { sent: 4, end: undefined });
  assertEquals(talkative.lines, ["[LB] Connection closed sent=4\n"]);
});

Deno.test("storyFormat() tells in a file when it was, and how much it matters", {
  permissions: "none",
}, () => {
  const plain = written("info", true);
  plain.log.warn("Backend 0 is down", { state: "down" });
  assertEquals(plain.lines, ["1970-01-01T00:00:00.000Z warn  [LB] Backend 0 is down\n"]);
  const talkative = written("debug", true);
  talkative.log.info("Backend 0 is up", { state: "up" });
  assertEquals(talkative.lines, ["1970-01-01T00:00:00.000Z info  [LB] Backend 0 is up state=up\n"]);
});

Deno.test("storyFormat() lets nobody forge a line", { permissions: "none" }, () => {
  const { lines, log } = written("info");
  log.info("odd\n[LB] Backend 0 is down");
  assertEquals(lines.length, 1);
  assertEquals(lines[0]!.split("\n").length, 2);
});

function told(isQuiet: boolean, isAlone: boolean): string[] {
  const log = new RecordedLog();
  const story = new Story(log, "rooms", { isQuiet, isAlone });
  const outcome = {
    backend: "lab:5002",
    sent: 1,
    received: 2,
    milliseconds: 3,
    end: "ended",
  } as const;
  story.chosen(CLIENT, backend());
  story.connected(CLIENT, backend());
  story.closed(CLIENT, outcome);
  for (const now of [0, 1]) story.gaveUp(CLIENT, "every backend is full", now);
  story.changed(backend(), "up");
  return log.entries.map(({ message }) => message);
}

Deno.test(
  "Story tells of each connection, unless it is to be quiet",
  { permissions: "none" },
  () => {
    assertEquals(told(false, true), [
      "New client -> backend #1",
      "Client connected to backend: lab:5002",
      "Connection closed",
      "Connection closed: every backend is full",
      "Connection closed: every backend is full",
      "Backend 1 is up: lab:5002",
    ]);
    // A line for each would be one per connection all the same, while there is nobody to serve them.
    assertEquals(told(true, true), [
      "Connection closed: every backend is full",
      "Backend 1 is up: lab:5002",
    ]);
  },
);

Deno.test("Story names its service where there are several", { permissions: "none" }, () => {
  assertEquals(told(true, false)[1], "rooms: Backend 1 is up: lab:5002");
});

Deno.test("Story tells of clients turned away now and then, with their number", {
  permissions: "none",
}, () => {
  const log = new RecordedLog();
  const story = new Story(log, "buddy", { isQuiet: false, isAlone: true });
  for (let now = 0; now < 25_000; now += 1000) story.refused("192.0.2.7", "too fast", now);
  assertEquals(log.entries.map(({ fields }) => fields.since), [1, 10, 10]);
  assertEquals(log.messages("warn")[0], "Connections are turned away: too fast, from 192.0.2.7");
});
