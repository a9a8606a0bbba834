/**
 * One side of a file transfer, as the client does it, without a server.
 *
 * Usage: transfer_side.ts receive FOLDER, which prints its port;
 *        transfer_side.ts send FILE PORT, which prints the seconds it took until it was confirmed.
 */

import { TransferLink } from "../../lib/client/transfer_link.ts";
import { Receiving } from "../../lib/client/transfer_receiving.ts";
import { Sending } from "../../lib/client/transfer_sending.ts";
import { gather } from "../../lib/client/transfer_source.ts";
import { survey } from "../../lib/client/transfer_survey.ts";
import { TransferTarget } from "../../lib/client/transfer_target.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";

const [side, path = "", port] = Deno.args;
const closer = new OrderlyCloser();
const quiet = { more(): void {}, kept(): void {}, lost: fail };
await (side === "receive" ? receive() : send());
closer.stop();

async function receive(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await tell(listener.addr.port);
  const receiving = new Receiving(new TransferLink(await listener.accept(), closer), {
    offered: async (offer) =>
      receiving.accept(await survey(offer, await TransferTarget.open(path)), "overwrite"),
    received() {},
    ...quiet,
  });
  await receiving.run();
}

async function send(): Promise<void> {
  const { entries, places } = await gather([path]);
  const begun = performance.now();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const done = Promise.withResolvers<void>();
  const offer = { from: parseUserId("alice")!, to: parseUserId("bob")!, entries };
  const handlers = { ...quiet, accepted() {}, sent() {}, kept: () => done.resolve() };
  const over = new Sending(new TransferLink(conn, closer), offer, places, handlers).run();
  await done.promise;
  await tell((performance.now() - begun) / 1000);
  await over;
}

function fail(_: unknown, reason: string): never {
  throw new Error(reason);
}

async function tell(number: number): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${number}\n`));
}
