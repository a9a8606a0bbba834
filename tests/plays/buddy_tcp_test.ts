/**
 * Buddy requests over TCP: what each is answered, through real sockets. Rules: protocols/buddy.md,
 * "TCP: one request, one reply, one connection". How the bytes may come is in
 * `buddy_tcp_bytes_test.ts`, how connections end in `buddy_tcp_close_test.ts`.
 */

import { assertEquals } from "@std/assert";
import { HOSTILE_IDS } from "../support/ids.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";
import { StorageError } from "../../lib/core/errors.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const NO_SUCH_USER = "202 NO SUCH USER\r\n";
const USER_EXISTS = "203 USER EXISTS\r\n";
const STORAGE = "500 STORAGE\r\n";

/** Tells a story: requests in order, each with its reply. */
function play(rule: string, ...lines: (readonly [request: string, reply: string])[]): void {
  Deno.test(`TCP: ${rule}`, async () => {
    await using server = await TestServer.start();
    for (const [request, reply] of lines) {
      assertEquals(await server.ask(`${request}\n`), reply, `reply to "${request}"`);
    }
  });
}

play(
  "REG of a new user is 200, of a taken name 203",
  ["REG ann", OK],
  ["REG ann", USER_EXISTS],
  ["REG bob", OK],
);

play(
  "ADD is 202 when either does not exist",
  ["ADD ann bob", NO_SUCH_USER],
  ["REG ann", OK],
  ["ADD ann bob", NO_SUCH_USER],
  ["ADD bob ann", NO_SUCH_USER],
  ["REG bob", OK],
  ["ADD ann bob", OK],
);

play(
  "ADD of a buddy twice is 201",
  ["REG ann", OK],
  ["REG bob", OK],
  ["ADD ann bob", OK],
  ["ADD ann bob", INVALID],
  ["DEL ann bob", OK],
  ["ADD ann bob", OK],
);

play(
  "ADD and DEL of oneself are 201",
  ["REG ann", OK],
  ["ADD ann ann", INVALID],
  ["DEL ann ann", INVALID],
  ["ADD ann ANN", INVALID],
);

play(
  "DEL is 200, also when it was no buddy, and 202 when either does not exist",
  ["REG ann", OK],
  ["DEL ann bob", NO_SUCH_USER],
  ["DEL bob ann", NO_SUCH_USER],
  ["REG bob", OK],
  ["DEL ann bob", OK],
  ["ADD ann bob", OK],
  ["DEL ann bob", OK],
  ["DEL ann bob", OK],
);

play(
  "a missing id and an unknown command are 201",
  ["REG", INVALID],
  ["ADD", INVALID],
  ["DEL", INVALID],
  ["REG ann", OK],
  ["ADD ann", INVALID],
  ["DEL ann", INVALID],
  ["REGISTER bob", INVALID],
  ["SET ann 100 ONLINE 4001", INVALID],
  ["QUIT", INVALID],
  ["200 OK", INVALID],
);

play(
  "syntax is judged before existence, existence before the rest",
  ["ADD nobody ../x", INVALID],
  ["ADD ../x nobody", INVALID],
  ["DEL nobody a/b", INVALID],
  ["ADD nobody", INVALID],
  ["ADD nobody nobody", NO_SUCH_USER],
  ["DEL nobody nobody", NO_SUCH_USER],
  ["REG ann", OK],
  ["ADD ann nobody", NO_SUCH_USER],
);

play(
  "the command word is case-insensitive and ids are folded to lower case",
  ["rEg AnN", OK],
  ["REG ann", USER_EXISTS],
  ["reg BOB", OK],
  ["add ANN bob", OK],
  ["ADD ann BoB", INVALID],
  ["GET Ann", "200 OK 1\r\nbob 101 OFFLINE unknown 0\n"],
  ["del aNn bOb", OK],
);

play(
  "fields are separated by runs of spaces and tabs, also leading and trailing ones",
  ["  REG ann", OK],
  ["\t \tREG\t\t \tbob \t ", OK],
  ["ADD  ann \t bob", OK],
  ["ADD\tann\tbob\t", INVALID],
);

play(
  "further fields are ignored, whatever they hold",
  ["REG ann bob ../x \u202e", OK],
  ["REG bob password", OK],
  ["ADD ann bob eve", OK],
  ["DEL ann bob \0", OK],
);

play(
  "an id has 1 to 32 characters of A-Z a-z 0-9 . _ -, the first a letter or a digit",
  ["REG a", OK],
  ["REG 0", OK],
  ["REG Z.z_z-9", OK],
  ["REG a..", OK],
  [`REG ${"x".repeat(32)}`, OK],
  [`REG ${"x".repeat(33)}`, INVALID],
  ["REG .a", INVALID],
  ["REG _a", INVALID],
  ["REG -a", INVALID],
);

play(
  "ADD is one way",
  ["REG ann", OK],
  ["REG bob", OK],
  ["ADD ann bob", OK],
  ["GET bob", "200 OK 0\r\n"],
  ["ADD bob ann", OK],
);

Deno.test("TCP: paths, control characters and non-ASCII are 201, and never reach a file", async () => {
  await using directory = await TempDir.make();
  await using server = await TestServer.start({ directory: directory.path });
  await server.register("ann");
  for (const hostile of HOSTILE_IDS) {
    for (const command of ["REG #", "ADD ann #", "ADD # ann", "DEL ann #", "INFO #", "GET #"]) {
      const request = command.replace("#", () => hostile);
      assertEquals(await server.ask(`${request}\n`), INVALID, JSON.stringify(request));
    }
  }
  await server.stop();
  assertEquals(await directory.names(), ["compact.lock", "journal.txt", "lock"]);
  const journal = await Deno.readTextFile(`${directory.path}/journal.txt`);
  assertEquals(journal.split("\n").length - 1, 2, "a beginning and ann");
});

Deno.test("TCP: a request that cannot be stored is 500, and works again later", async () => {
  const store = new MemoryStore();
  await using server = await TestServer.start({ store });
  await server.register("ann", "bob");
  const change = store.change.bind(store);
  store.change = () => Promise.reject(new StorageError("No space left"));
  assertEquals(await server.ask("REG eve\n"), STORAGE);
  assertEquals(await server.ask("ADD ann bob\n"), STORAGE);
  assertEquals(await server.ask("DEL ann bob\n"), STORAGE);
  store.change = change;
  assertEquals(await server.ask("REG eve\n"), OK);
});

Deno.test("TCP: of 100 clients that register one name at once, one gets it", async () => {
  await using directory = await TempDir.make();
  await using server = await TestServer.start({ directory: directory.path });
  const replies = await Promise.all(Array.from({ length: 100 }, () => server.ask("REG ann\n")));
  assertEquals(replies.filter((reply) => reply === OK).length, 1);
  assertEquals(replies.filter((reply) => reply === USER_EXISTS).length, 99);
});
