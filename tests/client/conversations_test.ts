import { assert, assertEquals, assertMatch } from "@std/assert";
import { keepConversations, NO_CONVERSATIONS } from "../../lib/client/conversations.ts";
import { beforeLines, historyCommands } from "../../lib/client/history_commands.ts";
import { TempDir } from "../support/temp_dir.ts";

const BOB = { owner: "alice@lab-1", kind: "buddy", name: "bob" } as const;
const AT = new Date(2026, 10, 21, 14, 3, 22).getTime();

/** Keeps conversations in a directory; trouble fails the test. */
function keepIn(directory: TempDir) {
  return keepConversations(`${directory.path}/history`, () => AT, (reason) => {
    throw new Error(reason);
  });
}

Deno.test("a conversation is a text file for its owner only, a line for each message", async () => {
  await using directory = await TempDir.make();
  const bob = keepIn(directory).open(BOB);
  bob.add("alice", "hello");
  bob.add("bob", "two\nlines \x1b[31m");
  bob.add("alice", "are you there?", false);
  const folder = `${directory.path}/history/alice%40lab-1`;
  assertEquals(
    await Deno.readTextFile(`${folder}/buddy-bob.txt`),
    "2026-11-21 14:03:22 alice: hello\n" +
      "2026-11-21 14:03:22 bob: two^Jlines ^[[31m\n" +
      "2026-11-21 14:03:22 alice: are you there? (not delivered)\n",
  );
  const modes = [`${directory.path}/history`, folder, `${folder}/buddy-bob.txt`].map((path) =>
    (Deno.statSync(path).mode ?? 0) & 0o777
  );
  assertEquals(modes, [0o700, 0o700, 0o600]);
});

Deno.test("users, servers, buddies and rooms have files of their own, whatever they are called", async () => {
  await using directory = await TempDir.make();
  const kept = keepIn(directory);
  const names = ["../../x", "con", "a/b", "alice or bob", "A", "a", ".."];
  for (const name of names) kept.open({ ...BOB, kind: "room", name }).add("alice", name);
  kept.open(BOB).add("alice", "hi");
  kept.open({ ...BOB, owner: "../alice@lab-2" }).add("alice", "hi");
  const folders = `${directory.path}/history`;
  const found = (path: string) => Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
  assertEquals(found(folders), ["%2e.%2falice%40lab-2", "alice%40lab-1"]);
  assertEquals(found(`${folders}/alice%40lab-1`).length, names.length + 1);
  assertEquals(await directory.names(), ["history"]);
});

Deno.test("last() gives the last lines, also of a long file; search() finds in any case", async () => {
  await using directory = await TempDir.make();
  const bob = keepIn(directory).open(BOB);
  assertEquals([bob.last(3), await bob.search("x", 3)], [[], []]);
  for (let number = 0; number < 20; number++) {
    bob.add("bob", `Message ${number} ` + "é".repeat(15_000));
  }
  bob.add("alice", "the END");
  assertEquals(bob.last(2).map((line) => line.slice(20, 35)), [
    "bob: Message 19",
    "alice: the END",
  ]);
  assertMatch(bob.last(1000)[0]!, /^2026-11-21 14:03:22 bob: Message 1[0-9]/);
  const found = await bob.search("mESSAGE 1", 4);
  assertEquals(
    found.map((line) => line.slice(25, 35)),
    [16, 17, 18, 19].map((n) => `Message ${n}`),
  );
  assertEquals(await bob.search("nowhere", 4), []);
});

Deno.test("what cannot be written is told once, and lines that were tampered with steer nothing", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/history`, "a file is in the way");
  const told: string[] = [];
  const bob = keepConversations(`${directory.path}/history`, () => AT, (why) => told.push(why))
    .open(BOB);
  bob.add("alice", "one");
  bob.add("alice", "two");
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /^Cannot keep the conversation in ".*buddy-bob\.txt": /);
  await Deno.remove(`${directory.path}/history`);
  await Deno.mkdir(`${directory.path}/history/alice%40lab-1`, { recursive: true });
  await Deno.writeTextFile(`${directory.path}/history/alice%40lab-1/buddy-bob.txt`, "\x1b[2Jx\n");
  assertEquals(bob.last(1), ["^[[2Jx"]);
});

Deno.test("/history and /search show what was kept, and say what is wrong", async () => {
  await using directory = await TempDir.make();
  const bob = keepIn(directory).open(BOB);
  for (let number = 1; number <= 30; number++) bob.add("bob", `line ${number}`);
  const where = { place: "chat", partner: "bob" } as const;
  const { history, search } = historyCommands(() => bob);
  const texts = async (lines: ReturnType<typeof history>) => (await lines).map(({ text }) => text);
  assertEquals((await texts(history("", where))).length, 20);
  assertEquals(await texts(history("2", where)), [
    "  2026-11-21 14:03:22 bob: line 29",
    "  2026-11-21 14:03:22 bob: line 30",
  ]);
  assertEquals(await texts(search("LINE 7", where)), ["  2026-11-21 14:03:22 bob: line 7"]);
  assertEquals(await texts(search("\x07", where)), ['Nothing that was said has "^G" in it.']);
  for (const wrong of ["0", "-1", "x", "1001", "1.5"]) {
    assertMatch((await texts(history(wrong, where)))[0]!, /^Type \/history, or/);
  }
  assertEquals(beforeLines(bob).length, 5);
  const nothing = historyCommands(() => undefined);
  assertMatch((await texts(nothing.history("", where)))[0]!, /--history/);
  const empty = historyCommands(() => NO_CONVERSATIONS.open(BOB));
  assertEquals(await texts(empty.history("", where)), ["Nothing was said before."]);
  assert(beforeLines(NO_CONVERSATIONS.open(BOB)).length === 0);
});
