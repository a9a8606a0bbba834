/**
 * Buddy requests over TCP: how their bytes may come. Rules: protocols/buddy.md, "A line ends in LF
 * or CRLF..." and "a line over 512 bytes".
 */

import { assertEquals } from "@std/assert";
import { RawTcp, type Sendable } from "../support/raw_tcp.ts";
import { TestServer } from "../support/server.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const USER_EXISTS = "203 USER EXISTS\r\n";
const NONE = "";

/** One rule: what is sent, each piece in a write of its own, and what comes back. */
function rule(name: string, pieces: readonly Sendable[], reply: string): void {
  Deno.test(`TCP: ${name}`, async () => {
    await using server = await TestServer.start();
    assertEquals(await server.ask(...pieces), reply);
  });
}

/** As {@linkcode rule}, and our side ends after the last piece. */
function ruleAtEnd(name: string, pieces: readonly Sendable[], reply: string): void {
  Deno.test(`TCP: ${name}`, async () => {
    await using server = await TestServer.start();
    assertEquals(await server.askAndFinish(...pieces), reply);
  });
}

rule("a line ends in LF", ["REG ann\n"], OK);
rule("a line ends in CRLF", ["REG ann\r\n"], OK);
rule("a bare CR is part of the line, which makes no id", ["REG ann\rREG bob\n"], INVALID);
ruleAtEnd("a request ended by end-of-stream is a request", ["REG ann"], OK);
ruleAtEnd("a request ended by CR and end-of-stream is a request", ["REG ann\r"], OK);
ruleAtEnd("a request with a newline and then end-of-stream is one request", ["REG ann\n"], OK);
ruleAtEnd("an unfinished command ended by end-of-stream is 201", ["RE"], INVALID);

rule("an empty line closes without a reply", ["\n"], NONE);
rule("an empty line ending in CRLF closes without a reply", ["\r\n"], NONE);
rule("a blank line closes without a reply", [" \t  \n"], NONE);
rule("an empty line is the request, what follows it is not", ["\nREG ann\n"], NONE);
ruleAtEnd("nothing sent, then end-of-stream, closes without a reply", [], NONE);
ruleAtEnd("blanks, then end-of-stream, close without a reply", ["  "], NONE);

rule("a request may be split across packets", ["RE", "G an", "n\r", "\n"], OK);
rule("a request may come byte by byte", [..."  reg Ann \r\n"], OK);

rule("a line of 512 bytes is a request", [`REG ann ${"x".repeat(504)}\n`], OK);
rule("a line of 512 bytes and CRLF is a request", [`REG ann ${"x".repeat(504)}\r\n`], OK);
ruleAtEnd("a line of 512 bytes and end-of-stream is a request", [
  `REG ann ${"x".repeat(504)}`,
], OK);
ruleAtEnd("a line of 512 bytes, CR and end-of-stream is a request", [
  `REG ann ${"x".repeat(504)}\r`,
], OK);
rule("a line of 513 bytes is 201", [`REG ann ${"x".repeat(505)}\n`], INVALID);
rule("a line of 513 bytes and CRLF is 201", [`REG ann ${"x".repeat(505)}\r\n`], INVALID);
ruleAtEnd("a line of 513 bytes and end-of-stream is 201", [
  `REG ann ${"x".repeat(505)}`,
], INVALID);
rule("513 bytes are 201 however long the line goes on", ["x".repeat(513)], INVALID);
rule("513 blanks are a line over 512 bytes, not a blank one", [" ".repeat(513) + "\n"], INVALID);
rule("a line of 64 KiB is 201", ["REG " + "x".repeat(64 * 1024) + "\n"], INVALID);
rule("64 KiB without a line end are 201", ["\0".repeat(64 * 1024)], INVALID);

rule("NUL in an id is 201", ["REG a\0nn\n"], INVALID);
rule("NUL before the command is 201", ["\0REG ann\n"], INVALID);
rule("a line of NULs is 201", ["\0\0\0\n"], INVALID);
rule("UTF-8 in an id is 201", ["REG änn\n"], INVALID);
rule("Latin-1 in an id is 201", [Uint8Array.of(82, 69, 71, 32, 0xe9, 10)], INVALID);
rule("bytes that are no text are 201", [Uint8Array.of(0xff, 0xfe, 0x80, 10)], INVALID);
rule("a byte order mark is no part of a command", ["\ufeffREG ann\n"], INVALID);
rule("an HTTP request is 201", ["GET / HTTP/1.1\r\nHost: lab\r\n\r\n"], INVALID);

Deno.test("TCP: of two lines in one packet only the first is run", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.ask("REG ann\nREG bob\n"), OK);
  assertEquals(await server.ask("REG bob\n"), OK);
  assertEquals(await server.ask("REG ann\n"), USER_EXISTS);
});

Deno.test("TCP: of two lines in two packets only the first is run", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.ask("REG ann\n", "REG bob\n"), OK);
  assertEquals(await server.ask("REG bob\n"), OK);
});

Deno.test("TCP: bytes after the first line are ignored, whatever they are", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.ask("REG ann\n\0\xff\x1b[2J../x"), OK);
  assertEquals(await server.ask("REG bob\n" + "x".repeat(100_000)), OK);
});

Deno.test("TCP: a request is answered while its sender's side is still open", async () => {
  await using server = await TestServer.start();
  using connection = await RawTcp.connect(server.tcp);
  await connection.send("REG ann\n");
  assertEquals(await connection.readToEnd(), OK);
  await connection.send("still open");
});

Deno.test("TCP: clients that are gone before their reply harm nobody", async () => {
  await using server = await TestServer.start();
  for (let number = 0; number < 20; number++) {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send(`REG gone${number}\n`);
  }
  for (let number = 0; number < 20; number++) {
    // Whether a request was read before its client left is open; that others are answered is not.
    assertEquals([OK, USER_EXISTS].includes(await server.ask(`REG gone${number}\n`)), true);
  }
});
