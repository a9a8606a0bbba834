/** The examples of `docs/protocols/` are rows of `tests/samples/`, or what a server answers. */

import { assert, assertEquals } from "@std/assert";
import { bytesAsText } from "../../lib/wire/masked_bytes.ts";
import * as ACCOUNTS from "../samples/account_samples.ts";
import * as BUDDY from "../samples/buddy_samples.ts";
import * as CHAT from "../samples/login_chat_samples.ts";
import * as PEER from "../samples/peer_samples.ts";
import * as ROOMS from "../samples/room_samples.ts";
import type { Sample } from "../samples/sample.ts";
import * as TRANSFER from "../samples/transfer_samples.ts";
import { ChatClient } from "../support/chat_client.ts";
import { ROOT } from "../support/process.ts";
import { askBytes } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RoomServer } from "../support/room_server.ts";
import { TestServer } from "../support/server.ts";
import {
  blockKinds,
  bytesOf,
  exchangesIn,
  kindOf,
  roomExchangesIn,
  samplesIn,
} from "./samples_page.ts";

const TABLES: Readonly<Record<string, unknown>> = {
  ...ACCOUNTS,
  ...BUDDY,
  ...CHAT,
  ...PEER,
  ...ROOMS,
  ...TRANSFER,
};

/** Tables of what one side may say to another; the others are of what nobody should. */
const SHOWN = [
  ...["REQUEST_SAMPLES", "REPLY_SAMPLES", "PRESENCE_SAMPLES", "ANSWER_SAMPLES"],
  ...["CALL_ANSWER_SAMPLES", "PEER_SAMPLES", "ROOM_REQUEST_SAMPLES", "ROOM_DATAGRAM_SAMPLES"],
  ...["ACCOUNT_REQUEST_SAMPLES", "AUTHENTICATED_SAMPLES", "ANSWER_MAC_SAMPLES"],
  ...["ROOM_DELIVERY_SAMPLES", "CHAT_REQUEST_SAMPLES", "CHAT_ANSWER_SAMPLES", "TRANSFER_SAMPLES"],
];

function rowNamed(table: string, name: string): Sample<unknown> | undefined {
  const rows = TABLES[table];
  return Array.isArray(rows) ? rows.find((row) => row.name === name) : undefined;
}

async function pages(): Promise<{ name: string; text: string }[]> {
  const folder = `${ROOT}/docs/protocols`;
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return await Promise.all(entries.map(async ({ name }) => {
    return { name, text: await Deno.readTextFile(`${folder}/${name}`) };
  }));
}

/** What a server answers to a line; nothing to a SET, which it knows of from then on. */
async function replyTo(request: string, server: TestServer): Promise<string> {
  if (!request.startsWith("SET ")) {
    return (await server.ask(`${request}\n`)).trimEnd().replaceAll("\r\n", "\n");
  }
  using socket = new RawUdp(server.udp);
  await socket.send(`${request}\n`);
  await socket.ask(`GET ${request.split(" ")[1]}\n`);
  return "";
}

Deno.test("bytesOf() reads bytes as the pages write them", { permissions: "none" }, () => {
  const shown = '\\x03\\0{2}{"a": 1}\\xe9{2}x{3}\\r\\n\\t\\\\';
  const bytes = [3, 0, 0, ...new TextEncoder().encode('{"a": 1}'), 0xe9, 0xe9];
  assertEquals([...bytesOf(shown)], [...bytes, 0x78, 0x78, 0x78, 13, 10, 9, 0x5c]);
});

for (const { name: page, text } of await pages()) {
  for (const { table, kind, bytes, name } of samplesIn(text)) {
    Deno.test(`docs/protocols/${page}: "${name}" is what ${table} has`, () => {
      const row = rowNamed(table, name);
      assert(row !== undefined, `${table} has no row "${name}"`);
      assertEquals(bytes, row.bytes);
      if (kind !== undefined) assertEquals(kindOf(row.expected), kind);
    });
  }
  for (const exchange of exchangesIn(text, "exchange")) {
    Deno.test(`docs/protocols/${page}: a server answers so, up to "${exchange.at(-1)![0]}"`, async () => {
      await using server = await TestServer.start();
      const played = [];
      for (const [request] of exchange) played.push([request, await replyTo(request, server)]);
      assertEquals(played, exchange.map(([request, reply]) => [request, reply]));
    });
  }
  for (const conversation of exchangesIn(text, "chat")) {
    Deno.test(`docs/protocols/${page}: a server talks so with alice`, async () => {
      await using server = await TestServer.start({ chat: {} });
      using _bob = await ChatClient.enter(server.chat, "bob");
      using _carol = await ChatClient.enter(server.chat, "carol");
      using alice = await ChatClient.connect(server.chat);
      for (const [request, answer] of conversation) await alice.expects(request, answer);
      assertEquals(await alice.toTheEnd(), []);
    });
  }
  for (const { request, answer } of roomExchangesIn(text)) {
    Deno.test(`docs/protocols/${page}: a server answers so, to ${request.length} bytes`, async () => {
      await using server = await RoomServer.start();
      const answered = bytesAsText(await askBytes(server.tcp, request));
      // Nobody can say beforehand what a token is.
      assertEquals(answered.replace(/[0-9a-f]{32}/, "x".repeat(32)), bytesAsText(answer));
    });
  }
  Deno.test(
    `docs/protocols/${page}: every block says what compares it`,
    { permissions: "none" },
    () => {
      const known = ["samples", "exchange", "chat", "frames", "grammar", "story", "json"];
      assertEquals(blockKinds(text).filter((kind) => !known.includes(kind)), []);
    },
  );
}

Deno.test("every table of what is said has an example in a page", async () => {
  const texts = await pages();
  const shown = new Set(texts.flatMap(({ text }) => samplesIn(text).map(({ table }) => table)));
  assertEquals(SHOWN.filter((table) => !shown.has(table)), []);
});
