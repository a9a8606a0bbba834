/** A worker's client as the main thread knows it: orders go out, reports come in, in any order. */

import { assertEquals, assertRejects } from "@std/assert";
import type { Carriage } from "../../lib/balancer/carrier.ts";
import { RemoteClient } from "../../lib/balancer/remote_client.ts";
import type { ClientOrder } from "../../lib/balancer/worker_messages.ts";
import { OperationalError, UnreachableError } from "../../lib/core/errors.ts";
import { CopyBuffers } from "../../lib/net/copy_buffers.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";

const ID = 7;

/** A client, what it has ordered, and which clients are forgotten. */
function made(): { client: RemoteClient; orders: ClientOrder[]; gone: number[] } {
  const [orders, gone]: [ClientOrder[], number[]] = [[], []];
  const client = new RemoteClient(ID, {
    post: (order) => orders.push(order),
    gone: (client) => gone.push(client),
  });
  return { client, orders, gone };
}

/** A carriage that finds such a backend in place of a lost one. */
function carriage(
  replace: Carriage<true>["replace"],
  unanswered: (isFresh?: boolean) => void = () => {},
): Carriage<true> {
  const closer = new OrderlyCloser();
  closer.stop();
  return { buffers: new CopyBuffers(), closer, now: () => 0, replace, unanswered };
}

Deno.test("RemoteClient is connected as its worker says, and tells whose fault a failure is", async () => {
  const { client, orders } = made();
  const opening = client.open("a", 1, undefined);
  client.hear({ kind: "failed", client: ID, reason: "nobody is there", isOurs: false });
  await assertRejects(() => opening, UnreachableError, "nobody is there");
  const again = client.open("b", 2, undefined);
  client.hear({ kind: "failed", client: ID, reason: "no descriptor is left", isOurs: true });
  await assertRejects(() => again, OperationalError, "no descriptor is left");
  const last = client.open("c", 3, Uint8Array.of(1));
  client.hear({ kind: "connected", client: ID });
  assertEquals(await last, true);
  const connect = { kind: "connect", client: ID } as const;
  assertEquals(orders, [
    { ...connect, host: "a", port: 1, preface: undefined },
    { ...connect, host: "b", port: 2, preface: undefined },
    { ...connect, host: "c", port: 3, preface: Uint8Array.of(1) },
  ]);
});

Deno.test("RemoteClient takes reports that come before it is carried, all at once", async () => {
  const { client, orders, gone } = made();
  const opening = client.open("a", 1, undefined);
  client.hear({ kind: "connected", client: ID });
  client.hear({ kind: "lost", client: ID, isFresh: true });
  client.hear({ kind: "unanswered", client: ID });
  client.hear({ kind: "ended", client: ID, end: "ended", sent: 3, received: 4 });
  await opening;
  const told: unknown[] = [];
  const finding = Promise.withResolvers<undefined>();
  client.isCarried(carriage(
    (isFresh) => {
      told.push(["lost", isFresh]);
      return finding.promise;
    },
    (isFresh) => told.push(["unanswered", isFresh]),
  ));
  // It is over when nobody looks for a backend any more, whose place would be given back twice.
  const running = client.run().then((end) => told.push(end));
  setTimeout(() => finding.resolve(undefined));
  await running;
  assertEquals(told, [["lost", true], ["unanswered", true], "ended"]);
  assertEquals([client.sent, client.received, gone], [3, 4, [ID]]);
  assertEquals(orders.at(-1), { kind: "no backend", client: ID });
});

Deno.test("RemoteClient is lost with its worker, whatever it waits for", async () => {
  const connecting = made().client;
  const opening = connecting.open("a", 1, undefined);
  connecting.lose();
  await assertRejects(() => opening, OperationalError, "the client's connection is gone");
  await assertRejects(() => connecting.open("b", 2, undefined), OperationalError);

  const { client } = made();
  client.isCarried(carriage(() => undefined));
  const running = client.run();
  client.lose();
  assertEquals(await running, "worker lost");
});

Deno.test("RemoteClient is forgotten when it is closed, unless it is being connected", async () => {
  const idle = made();
  idle.client.close();
  assertEquals([idle.orders, idle.gone], [[{ kind: "close", client: ID }], [ID]]);
  await assertRejects(() => idle.client.open("a", 1, undefined), OperationalError);

  const busy = made();
  const opening = busy.client.open("a", 1, undefined);
  busy.client.close();
  assertEquals(busy.gone, []);
  busy.client.hear({ kind: "connected", client: ID });
  assertEquals(await opening, true);
});
