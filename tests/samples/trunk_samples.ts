/** Bytes of the trunk and what they mean: the same truth as `docs/protocols/trunk.md`. */

import { rows, type Sample } from "./sample.ts";

/** A request with its line as text; `undefined` where a line is outside the grammar. */
export type CallSample =
  | { readonly number: number; readonly ip: string; readonly port: number; readonly line: string }
  | "ping"
  | undefined;

const ANN = { number: 1, ip: "192.0.2.7", port: 40_000, line: "REG ann" };
const LONGEST = "x".repeat(512);

/** Lines of a balancer, without their LF. */
export const CALL_SAMPLES: readonly Sample<CallSample>[] = rows<CallSample>([
  ["a request", "1 192.0.2.7 40000 REG ann", ANN],
  ["an IPv6 client", "1 2001:db8::7 40000 REG ann", { ...ANN, ip: "2001:db8::7" }],
  ["an IPv4 client written as IPv6", "1 ::ffff:192.0.2.7 40000 REG ann", ANN],
  ["a client on a link", "1 fe80::1%eth0 40000 REG ann", { ...ANN, ip: "fe80::1%eth0" }],
  ["a blank line of a client", "1 192.0.2.7 40000 ", { ...ANN, line: "" }],
  ["blanks and bytes of a client", "1 192.0.2.7 40000  \t\0\xff ", { ...ANN, line: " \t\0\xff " }],
  ["a client's PING", "1 192.0.2.7 40000 PING", { ...ANN, line: "PING" }],
  ["the largest number", `${2 ** 53 - 1} 192.0.2.7 0 x`, {
    ...ANN,
    number: 2 ** 53 - 1,
    port: 0,
    line: "x",
  }],
  ["the longest line", `1 192.0.2.7 1 ${LONGEST}`, { ...ANN, port: 1, line: LONGEST }],
  ["a line that is too long", `1 192.0.2.7 1 ${LONGEST}x`, undefined],
  ["a ping", "PING", "ping"],
  ["a ping in lower case", "ping", undefined],
  ["a ping and more", "PING 1", undefined],
  ["nothing", "", undefined],
  ["a bare request", "REG ann", undefined],
  ["no line of a client", "1 192.0.2.7 40000", undefined],
  ["a number with a sign", "+1 192.0.2.7 1 x", undefined],
  ["a negative number", "-1 192.0.2.7 1 x", undefined],
  ["a number with a zero in front", "01 192.0.2.7 1 x", undefined],
  ["a number with a fraction", "1.0 192.0.2.7 1 x", undefined],
  ["a number beyond what is exact", `${2 ** 53} 192.0.2.7 1 x`, undefined],
  ["a number of 17 digits", "10000000000000000 192.0.2.7 1 x", undefined],
  ["no number", " 192.0.2.7 1 x", undefined],
  ["a name for an address", "1 localhost 1 x", undefined],
  ["half an address", "1 192.0.2 1 x", undefined],
  ["no address", "1  1 x", undefined],
  ["an endless address", `1 ${"1".repeat(65)} 1 x`, undefined],
  ["a port beyond the last", "1 192.0.2.7 65536 x", undefined],
  ["no port", "1 192.0.2.7  x", undefined],
  ["a tab between fields", "1\t192.0.2.7\t1\tx", undefined],
]);

/** What a server says, in one line each: `17: 200 OK\r\n`, `17: -`, `pong`, ... */
export const REPLY_SAMPLES: readonly Sample<readonly string[]>[] = rows<readonly string[]>([
  ["an answer", "17 8\n200 OK\r\n", ["17: 200 OK\r\n"]],
  ["two answers", "2 8\n200 OK\r\n1 13\n201 INVALID\r\n", ["2: 200 OK\r\n", "1: 201 INVALID\r\n"]],
  ["an answer of several lines", "1 12\n200 OK 1\r\nb\n", ["1: 200 OK 1\r\nb\n"]],
  ["no answer", "1 0\n", ["1: "]],
  ["an answer that looks like one", "1 6\n2 3\nab3 1\nx", ["1: 2 3\nab", "3: x"]],
  ["no length but a sign", "1 -\n", ["broken"]],
  ["a pong", "PONG\n", ["pong"]],
  ["a drain", "DRAIN\n", ["drain"]],
  ["an error", "ERROR a line is no request\n", ["error: a line is no request"]],
  ["CRLF", "PONG\r\n", ["pong"]],
  ["half an answer", "1 8\n200 OK", []],
  ["half a line", "1 8", []],
  ["a length beyond the limit", "1 67108865\n", ["broken"]],
  ["a length with a sign", "1 +8\n", ["broken"]],
  ["a negative length", "1 -1\n", ["broken"]],
  ["no length", "1 \n", ["broken"]],
  ["no number", " 8\n", ["broken"]],
  ["a reply without a number", "200 OK\r\n", ["broken"]],
  ["an unknown word", "HELLO\n", ["broken"]],
  ["a blank line", "\n", ["broken"]],
  ["a line that never ends", "x".repeat(300), ["broken"]],
]);
