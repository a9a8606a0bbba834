/**
 * Passwords and tokens cross the wire, and nothing that shows the wire shows them: not the lines on
 * stderr, not the events, not the exports, not the page. What somebody says is shown, and is never
 * markup.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { frame } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { Browser, NO_BROWSER } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { askBytes } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { type ReadyPorts, ServerProcess } from "../support/server_process.ts";
import { openWire } from "../support/wire_page.ts";

const PASSWORDS = ["correct horse", 'battery "staple"'] as const;
const SAID = "<img src=x onerror=alert(1)> \x1b[31mred";

/** What a server with every service has bound. */
interface AllPorts extends ReadyPorts {
  readonly rooms: { readonly tcp: number; readonly udp: number };
  readonly chat: { readonly tcp: number };
  readonly status: number;
}

async function startTraced(): Promise<ServerProcess & { readonly ports: AllPorts }> {
  const free = ["--tcp-port=0", "--udp-port=0", "--rooms-tcp-port=0", "--rooms-udp-port=0"];
  const args = [...free, "--chat-port=0", "--store=memory", "--trace", "--status-port=0"];
  const server = ServerProcess.spawn(args);
  return Object.assign(server, { ports: await server.ready() as AllPorts });
}

/** Somebody logs in and talks, somebody makes a room with a password and talks there. @returns tokens */
async function talk({ rooms, chat }: AllPorts): Promise<string[]> {
  using carol = await ChatClient.enter(chat.tcp, "carol", PASSWORDS[0]);
  await carol.send(`C PM\nD ${SAID}\n`);
  assertEquals([await carol.line(), await carol.line()], ["C READY", "C 200 SENT 0"]);

  const tokens: string[] = [];
  for (const [operation, username] of [[4, "ann"], [5, "ben"]] as const) {
    const payload = JSON.stringify({ username, password: PASSWORDS[1] });
    const answer = await askBytes(rooms.tcp, latin1(frame(operation, 0, "lab", payload)));
    tokens.push(/token_[0-9a-f]{32}/.exec(new TextDecoder().decode(answer))![0]);
  }
  using ann = new RawUdp(rooms.udp);
  using ben = new RawUdp(rooms.udp);
  const datagram = (token: string, message: string) => latin1(`\x03\x26lab${token}${message}`);
  await ben.send(datagram(tokens[1]!, "__REGISTER__"));
  await ann.send(datagram(tokens[0]!, "__REGISTER__"));
  await ann.send(datagram(tokens[0]!, SAID));
  assertEquals(await ben.receive(), `\x03ann${SAID}`);
  return tokens;
}

/** Fails where a text tells a secret, as it is, in hexadecimal, in base64 or as JSON. */
function assertTellsNone(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) {
    const bytes = new TextEncoder().encode(secret);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
    // Base64 of any part of it that begins at one of three places.
    const encoded = [0, 1, 2].map((at) => bytes.slice(at, at + 9).toBase64());
    const line = hex.slice(0, 8).join(" ");
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), line, ...encoded]) {
      assert(!text.includes(form), `${where} tells "${form}" of ${secret}`);
    }
  }
}

Deno.test("neither lines, events nor exports of the trace tell a password or a token", async () => {
  await using server = await startTraced();
  const tokens = await talk(server.ports);
  await server.stderrShows("from ann: ");
  const base = `http://127.0.0.1:${server.ports.status}/wire`;
  const head = await fetch(`${base}/events`, { method: "HEAD" });
  assertEquals(head.status, 405, "a stream that nobody reads would never end");
  const events = await fetch(`${base}/events`);
  let live = "";
  for await (const text of events.body!.pipeThrough(new TextDecoderStream())) {
    live += text;
    if (live.includes("from ann: ")) break;
  }
  const texts = {
    events: live,
    transcript: await (await fetch(`${base}/transcript.txt?connections=1`)).text(),
    picture: await (await fetch(`${base}/diagram.svg?connections=1`)).text(),
    lines: (await server.endBy("SIGTERM")).stderr,
  };
  for (const [where, text] of Object.entries(texts)) {
    assertTellsNone(text, [...PASSWORDS, ...tokens], where);
    assertStringIncludes(text, "********", `${where}: what was hidden can be seen to be`);
    assert(!text.includes("\x1b"), where);
  }
  assert(!texts.picture.includes("<img"));
});

Deno.test({
  name: "the page of the trace tells no password and no token, and what is said stays text" +
    (NO_BROWSER === undefined ? "" : ` (${NO_BROWSER})`),
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using server = await startTraced();
    await using browser = new Browser();
    const page = await browser.page({ viewport: { width: 420, height: 800 } });
    const wire = await openWire(page, server.ports.status);
    const secrets = [...PASSWORDS, ...await talk(server.ports)];
    await wire.shows("from ann: <img src=x onerror=alert(1)> ^[[31mred");
    const count = (await wire.arrows()).length;
    assert(count > 15, `${count} arrows`);
    for (let index = 0; index < count; index++) {
      await wire.press("ArrowUp");
      assertTellsNone(await page.text("#detail"), secrets, "the detail");
    }
    const whole = await page.call("content") as string;
    assertTellsNone(whole, secrets, "the page");
    assertEquals(
      await page.value('document.querySelectorAll("img, script:not([nonce])").length'),
      0,
    );
    await page.picture("wire-phone");
  },
});
