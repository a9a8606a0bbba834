import { assert, assertEquals } from "@std/assert";
import { Passwords } from "../../lib/services/passwords.ts";
import type { ChatClient } from "../support/chat_client.ts";
import { ChatHall } from "../support/chat_hall.ts";
import { id } from "../support/ids.ts";
import { CHEAP_COST, heldPasswords } from "../support/passwords.ts";
import { within } from "../support/within.ts";

Deno.test("stop() drops the logins that wait for their turn", async () => {
  const { passwords, go } = heldPasswords(100);
  const hall = new ChatHall({}, passwords);
  const clients = Array.from({ length: 50 }, () => hall.connect().client);
  for (const [index, client] of clients.entries()) {
    await client.expects(`C LOGIN u${index}`, "C PASSWORD new");
    await client.send("C PASSWORD secret\n");
  }
  await new Promise((resume) => setTimeout(resume, 0));
  const stopping = hall.sessions.stop();
  for (const client of clients.slice(1)) {
    await client.toTheEnd();
    client[Symbol.dispose]();
  }
  go();
  await clients[0]!.toTheEnd();
  clients[0]![Symbol.dispose]();
  await within("the stop", stopping);
  const known = clients.filter((_, index) => hall.store.isKnown(id(`u${index}`)));
  assertEquals(known.length, 1, "the one that had begun");
});

Deno.test("a client that leaves while its login waits is not registered", async () => {
  const { passwords, go } = heldPasswords(100);
  await using hall = new ChatHall({}, passwords);
  const first = hall.connect().client;
  await first.send("C LOGIN first\nC PASSWORD secret\n");
  const leaving: ((client: ChatClient) => void | Promise<void>)[] = [
    (client) => client.finish(),
    (client) => client[Symbol.dispose](),
  ];
  for (const [index, leave] of leaving.entries()) {
    const { client, served } = hall.connect();
    await client.expects(`C LOGIN gone${index}`, "C PASSWORD new");
    await client.send("C PASSWORD secret\n");
    await new Promise((resume) => setTimeout(resume, 0));
    await leave(client);
    if (index === 0) {
      const told = "C 201 INVALID the connection ended before the login had its turn";
      assertEquals(await client.toTheEnd(), [told]);
      client[Symbol.dispose]();
    }
    await served;
  }
  const patient = hall.connect().client;
  await patient.send("C LOGIN patient\nC PASSWORD secret\nC WHO\nC EX\n");
  await patient.finish();
  go();
  assertEquals(await patient.toTheEnd(), [
    ...["C PASSWORD new", "C 200 OK registered", "C USERS first", "C 200 BYE"],
  ]);
  assertEquals(["first", "gone0", "gone1"].map((user) => hall.store.isKnown(id(user))), [
    ...[true, false, false],
  ]);
});

Deno.test("a flood of new names keeps nobody from logging in who has a name", async () => {
  await using hall = new ChatHall({}, new Passwords(CHEAP_COST, { atOnce: 1, waiting: 10 }));
  const known = await hall.enter("known", { ip: "192.0.2.7" });
  await known.expects("C EX", "C 200 BYE");
  known[Symbol.dispose]();
  const flood = Array.from({ length: 30 }, () => hall.connect({ ip: "198.51.100.1" }).client);
  for (const [index, client] of flood.entries()) {
    await client.expects(`C LOGIN u${index}`, "C PASSWORD new");
  }
  const back = hall.connect({ ip: "192.0.2.7" }).client;
  await back.expects("C LOGIN known", "C PASSWORD existing");
  const asking = flood.map((client) => client.send("C PASSWORD secret\n"));
  await Promise.all([...asking, back.send("C PASSWORD secret\n")]);
  assertEquals(await back.line(), "C 200 OK welcome");
  const answers = await Promise.all(flood.map((client) => client.line()));
  assert(answers.includes("C 503 SERVER FULL"), "the queue was full");
});
