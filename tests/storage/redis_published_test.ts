import { assertEquals } from "@std/assert";
import { onPublished, tellPublished } from "../../lib/storage/redis_published.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";
import { id } from "../support/ids.ts";

Deno.test("what a user published is told to the others as it was, and nothing else", async () => {
  const hub = new ExchangeHub();
  const told: unknown[] = [];
  onPublished(hub.state("2").exchange, (...published) => told.push(published));
  const { exchange } = hub.state("1");
  const info = new Map([["files", "yes"], ["odd", 'a "b"\n=ü']]);
  await tellPublished(exchange, id("ann"), info, "2001:db8::1");
  assertEquals(told.splice(0), [["ann", info, "2001:db8::1"]]);
  for (const junk of ["", "{}", "[1]", '["ann","192.0.2.1",7]', '["a b","192.0.2.1",[]]']) {
    await exchange.publish("published", new TextEncoder().encode(junk));
  }
  assertEquals(told, []);
});
