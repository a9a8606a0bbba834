/**
 * Two real clients and a real server: the classic story, and what only two of ours can do.
 */

import { assertEquals } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";

Deno.test("two buddies register, find each other, talk, and part", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/alice.txt`;
  await using server = await TestServer.start();
  await using alice = await ClientProcess.register(server, "alice", ["--transcript", path]);
  await alice.types("A bob");
  await alice.sees("No such user: bob; not added (202 NO SUCH USER).");
  await using bob = await ClientProcess.register(server, "bob");
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.");
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.\nalice>\n");
  await alice.seesInStatus(/^bob +ONLINE +127\.0\.0\.1 +\d+$/m);
  await bob.seesInStatus(/^alice +ONLINE/m);

  await alice.types("M bob");
  await bob.sees("alice is calling: Y answers, N turns the call down.\n");
  await bob.types("Y", "Hello alice!");
  await alice.sees("You are in a chat with bob");
  await alice.sees("bob: Hello alice!\n");
  await alice.types("Hello buddy! 👋", "", "//home");
  await bob.sees("alice: Hello buddy! 👋\nalice: \nalice: /home\n");
  await bob.types("q");
  await bob.sees("You ended the chat with alice.\nbob>\n");
  await alice.sees("bob ended the chat.\nalice>\n");

  await bob.types("X");
  assertEquals((await bob.ended()).code, 0);
  await alice.seesInStatus(/^bob +OFFLINE +127\.0\.0\.1 +\d+$/m);
  await alice.types("D bob");
  await alice.sees("bob is not your buddy any more.");
  await alice.seesInStatus(/^You have no buddies yet; A adds one\.$/m);
  await alice.types("X");
  assertEquals((await alice.ended()).code, 0);
  const kept = await Deno.readTextFile(path);
  for (
    const line of [
      "alice> M bob",
      "bob: Hello alice!",
      "alice: Hello buddy! 👋",
      "alice: ",
      "alice: //home",
      "bob ended the chat.",
      "Goodbye.",
    ]
  ) assertEquals(kept.includes(`${line}\n`), true, line);
});

Deno.test("a third client is told that they are busy, and so are they", async () => {
  await using server = await TestServer.start();
  await using alice = await ClientProcess.register(server, "alice");
  await using bob = await ClientProcess.register(server, "bob");
  await using carol = await ClientProcess.register(server, "carol");
  for (const client of [bob, carol]) {
    await client.types("A alice");
    await client.sees("alice is now your buddy.\n");
    await client.seesInStatus(/^alice +ONLINE/m);
  }
  await bob.types("M alice");
  await alice.sees("127.0.0.1 is calling"); // alice has no buddies: nobody to name
  await alice.types("Y");
  await bob.sees("You are in a chat with alice");
  await carol.types("M alice");
  await carol.sees("alice turned the call down, or is busy.\ncarol>\n");
  await alice.sees("127.0.0.1 called and was told that you are busy.\n");
  await bob.types("still here");
  await alice.sees("127.0.0.1: still here\n");
});
