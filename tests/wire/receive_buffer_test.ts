import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReceiveBuffer } from "../../lib/wire/receive_buffer.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, everyCutting, join, trickyBytes } from "./cuttings.ts";

const MAX = 8;

/** What came out of a buffer: a line, or a piece of one that is too long. */
interface Output {
  readonly kind: "line" | "piece";
  readonly text: string;
}

const line = (text: string): Output => ({ kind: "line", text });
const piece = (text: string): Output => ({ kind: "piece", text });

/** Feeds a buffer as the programs do: what fits, then all that can be taken, and so on. */
function readAll(chunks: readonly Uint8Array[]): Output[] {
  const buffer = new ReceiveBuffer(MAX);
  const out: Output[] = [];
  for (let chunk of chunks) {
    do {
      chunk = chunk.subarray(buffer.feed(chunk));
      for (let taken; (taken = take(buffer)) !== undefined;) out.push(taken);
    } while (chunk.length > 0);
  }
  if (buffer.length > 0) out.push(line(text(buffer.takeRest())));
  return out;
}

function take(buffer: ReceiveBuffer): Output | undefined {
  const bytes = buffer.takeLine();
  if (bytes !== undefined) return line(text(bytes));
  return buffer.overflowed ? piece(text(buffer.takeBytes(MAX))) : undefined;
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What should come out, told from the whole stream at once. */
function expectedOf(stream: string): Output[] {
  const segments = stream.split("\n");
  if (segments.at(-1) === "") segments.pop();
  return segments.flatMap((segment) => {
    const out: Output[] = [];
    let rest = segment;
    while (rest.replace(/\r$/, "").length > MAX) {
      out.push(piece(rest.slice(0, MAX)));
      rest = rest.slice(MAX);
    }
    return [...out, line(rest.replace(/\r$/, ""))];
  });
}

const STREAMS: readonly (readonly [rule: string, stream: string, out: readonly Output[]])[] = [
  ["a line ends in LF", "ab\ncd\n", [line("ab"), line("cd")]],
  ["one CR before LF is dropped", "ab\r\ncd\r\r\n", [line("ab"), line("cd\r")]],
  ["a CR elsewhere is a byte like others", "\ra\rb\n", [line("\ra\rb")]],
  ["end of stream ends a last line without LF", "ab\ncd", [line("ab"), line("cd")]],
  ["end of stream after a CR ends a line", "ab\r", [line("ab")]],
  ["empty lines are lines", "\n\r\n\n", [line(""), line(""), line("")]],
  ["a line as long as allowed", "12345678\n", [line("12345678")]],
  ["a line as long as allowed, CRLF", "12345678\r\n", [line("12345678")]],
  ["a line as long as allowed, ended by end of stream", "12345678", [line("12345678")]],
  ["a line as long as allowed, CR and end of stream", "12345678\r", [line("12345678")]],
  ["a line one byte too long", "123456789\n", [piece("12345678"), line("9")]],
  ["a line one byte too long, CRLF", "123456789\r\n", [piece("12345678"), line("9")]],
  ["a line one byte too long, no end", "123456789", [piece("12345678"), line("9")]],
  ["a line one CR too long", "12345678\r\r\n", [piece("12345678"), line("\r")]],
  ["a line of two buffers", "12345678abcdefgh\n", [piece("12345678"), line("abcdefgh")]],
  ["lines after one too long", "123456789\nab\n", [piece("12345678"), line("9"), line("ab")]],
];

for (const [rule, stream, out] of STREAMS) {
  Deno.test(`ReceiveBuffer: ${rule}, however it is cut`, { permissions: "none" }, () => {
    for (const { how, pieces } of everyCutting(latin1(stream))) {
      assertEquals(readAll(pieces), out, how);
    }
  });
}

Deno.test("ReceiveBuffer never returns a line over its maximum, nor loses or invents a byte", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(cutAnywhere(trickyBytes(48)), (pieces) => {
      const out = readAll(pieces);
      for (const { text } of out) assert(text.length <= MAX);
      assertEquals(out, expectedOf(text(join(pieces))));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ReceiveBuffer holds no more than one line, however much a peer sends", {
  permissions: "none",
}, () => {
  const buffer = new ReceiveBuffer(MAX);
  assertEquals(buffer.feed(latin1("x".repeat(65_536))), MAX + 2);
  assertEquals(buffer.takeLine(), undefined);
  assert(buffer.overflowed);
  assertEquals([buffer.length, buffer.free().length], [MAX + 2, 0]);
});

Deno.test("ReceiveBuffer has room to read into unless it overflowed", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(cutAnywhere(trickyBytes(48)), (pieces) => {
    const buffer = new ReceiveBuffer(MAX);
    for (const bytes of pieces) {
      buffer.feed(bytes);
      while (buffer.takeLine() !== undefined);
      assert(buffer.overflowed || buffer.free().length > 0);
      if (buffer.overflowed) buffer.reset();
    }
  }));
});

Deno.test("ReceiveBuffer can be read into directly: free() and filled()", {
  permissions: "none",
}, () => {
  const buffer = new ReceiveBuffer(MAX);
  for (const bytes of ["a", "b\n12345", "678\n"]) {
    buffer.free().set(latin1(bytes));
    buffer.filled(bytes.length);
    if (bytes === "a") assertEquals(buffer.takeLine(), undefined);
    if (bytes.startsWith("b")) assertEquals(text(buffer.takeLine()!), "ab");
  }
  assertEquals(text(buffer.peek()), "12345678\n");
  assertEquals(text(buffer.takeLine()!), "12345678");
  assertEquals(buffer.length, 0);
});

Deno.test("ReceiveBuffer: peek() takes nothing, takeRest() everything", {
  permissions: "none",
}, () => {
  const buffer = new ReceiveBuffer(MAX);
  buffer.feed(latin1("ab\ncd"));
  assertEquals(text(buffer.takeLine()!), "ab");
  assertEquals([text(buffer.peek()), text(buffer.peek())], ["cd", "cd"]);
  assertEquals([text(buffer.takeRest()), buffer.length], ["cd", 0]);
  assertEquals(text(buffer.takeRest()), "");
});

Deno.test("ReceiveBuffer: takeBytes() takes bytes as they are, and lines go on after them", {
  permissions: "none",
}, () => {
  const buffer = new ReceiveBuffer(MAX);
  buffer.feed(latin1("ab\r\ncd\n"));
  assertEquals(text(buffer.takeBytes(5)), "ab\r\nc");
  assertEquals(text(buffer.takeLine()!), "d");
  assertEquals([text(buffer.takeBytes(5)), buffer.length], ["", 0]);
});

Deno.test("ReceiveBuffer: reset() forgets one connection before the next", {
  permissions: "none",
}, () => {
  const buffer = new ReceiveBuffer(MAX);
  buffer.feed(latin1("REG al"));
  buffer.takeLine();
  buffer.reset();
  buffer.feed(latin1("CAP\n"));
  assertEquals(text(buffer.takeLine()!), "CAP");
  assertEquals(buffer.takeLine(), undefined);
});
