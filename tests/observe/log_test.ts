import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Log, LogFields, LogLevel } from "../../lib/core/ports.ts";
import { createLog } from "../../lib/observe/log.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const TIME = "2026-11-20T20:11:25.678Z";

function logInto(
  lines: string[],
  format: "text" | "json" = "text",
  level: LogLevel = "debug",
): Log {
  const clock = (): number => Date.parse(TIME);
  return createLog({ format, level, clock, write: (line) => lines.push(line) });
}

function lineOf(format: "text" | "json", message: string, fields?: LogFields): string {
  const lines: string[] = [];
  logInto(lines, format).info(message, fields);
  assertEquals(lines.length, 1);
  return lines[0]!;
}

Deno.test("createLog() writes time, level, message and fields as one line of text", {
  permissions: "none",
}, () => {
  assertEquals(lineOf("text", "Stopping"), `${TIME} info  Stopping\n`);
  assertEquals(
    lineOf("text", "Listening", { tcp: "0.0.0.0:1234", port: 1235, ok: true, at: null }),
    `${TIME} info  Listening tcp=0.0.0.0:1234 port=1235 ok=true at=null\n`,
  );
});

Deno.test("createLog() quotes a value in text that would not read as one word", {
  permissions: "none",
}, () => {
  const cases: readonly (readonly [value: string, shown: string])[] = [
    ["a b", '"a b"'],
    ["", '""'],
    ["a=b", '"a=b"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["a\tb", '"a    b"'],
    ["/var/lib/x", "/var/lib/x"],
    ["花子", "花子"],
  ];
  for (const [value, shown] of cases) {
    assertEquals(lineOf("text", "m", { name: value }), `${TIME} info  m name=${shown}\n`);
  }
});

Deno.test("createLog() writes one JSON object per line", { permissions: "none" }, () => {
  const line = lineOf("json", "Listening", { tcp: 1234, host: "::", ok: false, at: null });
  assertEquals(line.indexOf("\n"), line.length - 1);
  assertEquals(JSON.parse(line), {
    time: TIME,
    level: "info",
    message: "Listening",
    tcp: 1234,
    host: "::",
    ok: false,
    at: null,
  });
});

Deno.test("createLog(): a field cannot pass for the time, the level or the message", {
  permissions: "none",
}, () => {
  const line = lineOf("json", "Refused", { level: "debug", message: "All is well", time: "never" });
  const { time, level, message } = JSON.parse(line);
  assertEquals([time, level, message], [TIME, "info", "Refused"]);
});

Deno.test("createLog() leaves out fields without a value", { permissions: "none" }, () => {
  assertEquals(lineOf("text", "m", { gone: undefined, n: 1 }), `${TIME} info  m n=1\n`);
  assertEquals("gone" in JSON.parse(lineOf("json", "m", { gone: undefined })), false);
});

Deno.test("isOn() tells which lines are written at all", { permissions: "none" }, () => {
  const log = logInto([], "text", "info");
  assertEquals(LEVELS.map((level) => log.isOn(level)), [false, true, true, true]);
});

for (const format of ["text", "json"] as const) {
  Deno.test(`createLog() writes lines at its level and above, as ${format}`, {
    permissions: "none",
  }, () => {
    for (const [index, lowest] of LEVELS.entries()) {
      const lines: string[] = [];
      const log = logInto(lines, format, lowest);
      for (const level of LEVELS) log[level](`a ${level} message`);
      const levels = lines.map((line) => /a (\w+) message/.exec(line)?.[1]);
      assertEquals(levels, LEVELS.slice(index));
      for (const line of lines) assertMatch(line, /^(?:\S+ |.*"level":")(debug|info|warn|error)/);
    }
  });

  Deno.test(`createLog(): nobody can forge a line or send a terminal command, as ${format}`, {
    permissions: "none",
  }, () => {
    const nasty = fc.array(fc.constantFrom(
      ...[
        "\n",
        "\r",
        "\x1b[2J",
        "\x9b",
        "\0",
        "\u2028",
        "\u202e",
        "\u0085",
        '"',
        "\\",
        "=",
        " ",
        "é",
      ],
      `${TIME} error disk full`,
    )).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: "binary" })), nasty, (message, value) => {
        const line = lineOf(format, message, { name: value });
        assertEquals(line.indexOf("\n"), line.length - 1);
        assert(!/[\p{Cc}\u2028\u202e]/u.test(line.slice(0, -1)));
        assert(line.startsWith(format === "text" ? `${TIME} info  ` : `{"time":"${TIME}"`));
      }),
      { numRuns: 1000 },
    );
  });
}
