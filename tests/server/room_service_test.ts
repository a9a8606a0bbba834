/**
 * What a room service tells the other servers: they need not look for it.
 */

import { assertEquals } from "@std/assert";
import { OwnWord } from "../../lib/server/own_word.ts";
import { eventually } from "../support/eventually.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";
import { RoomServer } from "../support/room_server.ts";

Deno.test("a room service tells the others of every change of a room, and of nothing else", async () => {
  const hub = new ExchangeHub();
  let changes = 0;
  const word = new OwnWord("2");
  hub.state("2").exchange.listen("rooms", (message) => {
    if (word.bodyOf(message)?.length === 0) changes++;
  });
  await using server = await RoomServer.start({ shared: hub.state("1") });
  using host = await server.create("lab", "ann");
  assertEquals(changes, 1);
  using guest = await server.join("lab", "bob");
  assertEquals(changes, 2);
  assertEquals((await server.ask(2, "lab", '"bob"')).success, false);
  assertEquals(changes, 2, "a name that is taken");
  await guest.says("__LEAVE__");
  await eventually("the leave", () => changes === 3);
  await host.says("__LEAVE__");
  await eventually("the end", () => changes === 4);
});
