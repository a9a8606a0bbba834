import { assertEquals } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { type Answer, BuddySessions } from "../../lib/server/buddy_session.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";

const REQUEST = "LOG alice secret\n";

/** Sends a request that is answered so. */
async function asking(
  answer: (gone: AbortSignal) => Promise<string>,
): Promise<{ client: ByteStream; served: Promise<void> }> {
  const [client, stream] = memoryPair();
  const watching: Answer = async (_line, _from, attention) =>
    toBytes(await answer(attention!.whenGone()));
  const sessions = new BuddySessions({ answer: watching, readDeadlineSeconds: 60 });
  const served = sessions.serve({ stream, remoteIp: "192.0.2.7" });
  const whole = served.then(() => sessions.stop(0));
  await writeAll(client, toBytes(REQUEST));
  return { client, served: within("the session's end", whole) };
}

function aborted(gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => gone.addEventListener("abort", () => resolve()));
}

Deno.test("whenGone() tells of a client that ends its side, who is answered all the same", async () => {
  const { client, served } = await asking(async (gone) => {
    await aborted(gone);
    return "gone\r\n";
  });
  await client.closeWrite();
  assertEquals(await readToEnd(client), "gone\r\n");
  client.close();
  await served;
});

Deno.test("whenGone() tells of a client that closes", async () => {
  const begun = Promise.withResolvers<void>();
  const { client, served } = await asking(async (gone) => {
    begun.resolve();
    await aborted(gone);
    return "gone\r\n";
  });
  await begun.promise;
  client.close();
  await served;
});

Deno.test("whenGone() does not keep a connection from its end, nor what comes behind", async () => {
  const held = Promise.withResolvers<void>();
  const { client, served } = await asking(async (gone) => {
    await held.promise;
    assertEquals(gone.aborted, false);
    return "here\r\n";
  });
  await writeAll(client, toBytes("and so much more that one look does not take it all\n"));
  await new Promise((resume) => setTimeout(resume, 0));
  held.resolve();
  assertEquals(await readToEnd(client), "here\r\n");
  client.close();
  await served;
});

Deno.test("whenGone() is not waited for by an answer that comes before it", async () => {
  const { client, served } = await asking(() => Promise.resolve("here\r\n"));
  assertEquals(await readToEnd(client), "here\r\n");
  client.close();
  await served;
});
