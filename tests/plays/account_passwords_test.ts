/**
 * Passwords given to the buddy service over real sockets: which are taken, and how often wrong ones
 * are answered. Rules: docs/protocols/accounts.md.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LOGIN_LIMITS } from "../../lib/core/limits.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { AccountPlay } from "../support/account_play.ts";
import { id } from "../support/ids.ts";
import { ask } from "../support/raw_tcp.ts";
import { askOverTls } from "../support/tls_client.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const NO_SUCH_USER = "202 NO SUCH USER\r\n";
const DENIED = "204 DENIED\r\n";
const GRANT = /^200 OK [\w-]{16} [\w-]{43} welcome\r\n$/;

Deno.test("REG and LOG over TLS: what is answered to what", async () => {
  await using play = await AccountPlay.begin();
  assertMatch(await play.askTls("LOG alice alice words\n"), GRANT);
  assertMatch(await play.askTls("log ALICE alice words\r\n"), GRANT);
  for (
    const [request, reply] of [
      ["REG carol secret", OK],
      ["REG carol secret", "203 USER EXISTS\r\n"],
      ["REG alice another", "203 USER EXISTS\r\n"],
      ["REG dora abc", "201 INVALID password too short\r\n"],
      ["REG ../x secret", INVALID],
      ["REG dora", DENIED],
      ["LOG dora secret", NO_SUCH_USER],
      ["LOG alice", INVALID],
      ["LOG alice Alice words", "204 DENIED wrong password\r\n"],
      ["LOG alice  alice words", "204 DENIED wrong password\r\n"],
      ["LOG alice alice words ", "204 DENIED wrong password\r\n"],
    ] as const
  ) assertEquals(await play.askTls(`${request}\n`), reply, request);
  const metrics = play.server.metrics("buddy");
  for (
    const line of [
      'parley_passwords_total{service="buddy",result="wrong"} 3',
      'parley_passwords_total{service="buddy",result="too short"} 1',
      'parley_passwords_total{service="buddy",result="unknown"} 1',
      'parley_passwords_total{service="buddy",result="too many attempts"} 0',
      'parley_requests_total{service="buddy",kind="log in",reply="204"} 3',
      'parley_requests_total{service="buddy",kind="add",reply="204"} 0',
    ]
  ) assertStringIncludes(metrics, `${line}\n`);
});

Deno.test("a sniffed password: in the clear none is taken, whether right or wrong", async () => {
  await using play = await AccountPlay.begin();
  for (const request of ["LOG alice alice words", "LOG alice wrong", "REG dora secret"]) {
    const reply = await play.server.ask(`${request}\n`);
    assertEquals(reply, "204 DENIED passwords over TLS only\r\n", request);
  }
  assertEquals(await play.askTls("LOG dora secret\n"), NO_SUCH_USER);
});

Deno.test("in the clear they are taken where the server was told so", async () => {
  const accounts = { minPassword: 4, allowCleartext: true };
  await using play = await AccountPlay.begin({ accounts }, []);
  assertEquals(await play.server.ask("REG alice secret\n"), OK);
  assertMatch(await play.server.ask("LOG alice secret\n"), GRANT);
});

Deno.test("wrong passwords are answered so often, at the login chat and here together", async () => {
  await using play = await AccountPlay.begin({ chat: {} });
  const { server } = play;
  // The test's address is alice's home from her first login on.
  await play.logIn("alice");
  const inChat = (password: string): Promise<string> =>
    askOverTls(server.chatTls, `C LOGIN alice\nC PASSWORD ${password}\nC EX\n`);
  const asked = "C PASSWORD existing\n";
  assertEquals(await inChat("alice words"), `${asked}C 200 OK welcome\nC 200 BYE\n`);
  for (let times = 0; times < 3; times++) {
    assertEquals(await inChat("wrong"), `${asked}C 401 WRONG PASSWORD\n`);
  }
  for (let times = 0; times < 2; times++) {
    assertEquals(await play.askTls("LOG alice wrong\n"), "204 DENIED wrong password\r\n");
  }
  assertEquals(await play.askTls("LOG alice wrong\n"), "204 DENIED too many attempts\r\n");
  assertEquals(await play.askTls("LOG alice alice words\n"), "204 DENIED too many attempts\r\n");
  assertEquals(await inChat("alice words"), `${asked}C 429 TOO MANY ATTEMPTS\n`);
  server.clock.advance(60_000);
  assertMatch(await play.askTls("LOG alice alice words\n"), GRANT);
});

Deno.test("after a restart, who guesses at an address keeps out nobody who was not guessed at", async () => {
  const store = new MemoryStore();
  const names = Array.from({ length: LOGIN_LIMITS.perAddress.atOnce + 1 }, (_, at) => `u${at}`);
  {
    await using _before = await AccountPlay.begin({ store }, names);
  }
  await using play = await AccountPlay.begin({ store }, []);
  for (const expected of ["wrong password", "too many attempts"]) {
    for (const name of names.slice(0, -1)) {
      assertEquals(await play.askTls(`LOG ${name} guess\n`), `204 DENIED ${expected}\r\n`, name);
    }
  }
  assertMatch(await play.askTls(`LOG ${names.at(-1)} ${names.at(-1)} words\n`), GRANT);
});

Deno.test("a name without a password gets one at its first login", async () => {
  const store = new MemoryStore();
  await store.change({ kind: "register", user: id("older") });
  await using play = await AccountPlay.begin({ store }, []);
  assertEquals(await play.askTls("REG older secret\n"), "203 USER EXISTS\r\n");
  assertEquals(await play.askTls("LOG older abc\n"), "201 INVALID password too short\r\n");
  assertMatch(
    await play.askTls("LOG older secret\n"),
    /^200 OK [\w-]{16} [\w-]{43} registered\r\n$/,
  );
  assertEquals(await play.askTls("LOG older another\n"), "204 DENIED wrong password\r\n");
});

Deno.test("the login chat takes passwords over TLS only", async () => {
  await using play = await AccountPlay.begin({ chat: {} });
  const refused = await ask(play.server.chat, "C LOGIN alice\nC EX\n");
  assertEquals(refused, "C 201 INVALID passwords are taken over TLS only\nC 200 BYE\n");
});
