/**
 * The wire view in a real browser: the classic story with real clients as its exact arrows, a balancer
 * between clients and servers, and how a person looks at a message, stops and goes on.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Launch } from "../../tools/walkthrough/program.ts";
import { playStory } from "../../tools/walkthrough/story.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { Browser, NO_BROWSER } from "../support/browser.ts";
import { ROOT } from "../support/process.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { openWire, type WirePage } from "../support/wire_page.ts";

const ignore = NO_BROWSER !== undefined;
const why = ignore ? ` (${NO_BROWSER})` : "";

const TRACED = ["--trace", "--status-port=0"];

function launch(script: string, directory: string, args: readonly string[]): Launch {
  const permissions = ["--allow-net", "--allow-sys=networkInterfaces", "--ignore-env"];
  const files = [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const deno = ["run", "--no-prompt", "--frozen", `--config=${ROOT}/deno.json`];
  return {
    command: Deno.execPath(),
    args: [...deno, ...permissions, ...files, `${ROOT}/${script}`, ...args],
  };
}

/** Each of some texts once, in the order in which they came. */
function once(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

Deno.test({
  name: `the wire view shows the classic story as its exact arrows${why}`,
  ignore,
  async fn() {
    await using directory = await TempDir.make();
    await using browser = new Browser();
    const page = await browser.page({ viewport: { width: 1400, height: 900 } });
    let wire: WirePage | undefined;
    const transcripts = ["1", "2"].map((name) => `${directory.path}/output${name}.txt`);
    await playStory({
      server: launch("server.ts", directory.path, TRACED),
      // Nobody tells or asks by the clock, only for what the story says.
      client: launch("client.ts", directory.path, ["--refresh=600"]),
      directory: directory.path,
      transcripts: transcripts as [string, string],
      opened: async ({ status }) => {
        wire = await openWire(page, status!);
      },
      ending: async () => {
        await wire!.shows("SET alice 101 OFFLINE");
        await checkStory(wire!);
        await page.picture("wire-story");
      },
    });
  },
});

async function checkStory(wire: WirePage): Promise<void> {
  assertEquals(await askedBy("alice", wire), [
    "REG alice -> 200 OK",
    "ADD alice bob -> 202 NO SUCH USER",
    "ADD alice bob -> 200 OK",
    "DEL alice bob -> 200 OK",
  ]);
  assertEquals(await askedBy("bob", wire), [
    "REG bob -> 200 OK",
    "ADD bob alice -> 200 OK",
    "DEL bob carol -> 202 NO SUCH USER",
    "ADD bob alice -> 201 INVALID",
  ]);
  // How often somebody looks, and whether before there was anybody to see, depends on how fast the
  // other one is; what they see does not.
  const nobody = "(an empty datagram: no buddies)";
  for (const [user, buddy] of [["alice", "bob"], ["bob", "alice"]] as const) {
    await wire.filter(user, "presence");
    const arrows = (await wire.arrows()).map((arrow) => arrow.replace(/ \d{4,5}$/, " PORT"));
    assertEquals(once(arrows.filter((arrow) => !arrow.endsWith(nobody))), [
      `UDP, ${user} to server: SET ${user} 100 ONLINE PORT`,
      `UDP, ${user} to server: GET ${user}`,
      `UDP, server to ${user}: ${buddy} 100 ONLINE 127.0.0.1 PORT`,
      `UDP, ${user} to server: SET ${user} 101 OFFLINE PORT`,
    ]);
    // Alice removes her only buddy and looks once more before she leaves.
    if (user === "alice") assertEquals(arrows.at(-2), `UDP, server to alice: ${nobody}`);
  }
  await wire.filter("", "");
  const arrows = await wire.arrows();
  assertEquals(
    arrows.filter((arrow) => arrow.includes("CAP") || arrow.includes("parley/1")).sort(),
    [
      "TCP, 127.0.0.1 to server: CAP",
      "TCP, 127.0.0.1 to server: CAP",
      "TCP, server to 127.0.0.1: 200 OK parley/1 get info",
      "TCP, server to 127.0.0.1: 200 OK parley/1 get info",
    ],
  );
  const users = arrows.map((arrow) => arrow.replace(/:.*/, ""));
  assertEquals(users.filter((arrow) => !/^(?:TCP|UDP), \S+ to \S+$/.test(arrow)), []);
}

/** What somebody asked of the server, in order; where they take files is told beside it. */
async function askedBy(user: string, wire: WirePage): Promise<string[]> {
  await wire.filter(user, "buddy");
  const isFiles = (exchange: string): boolean => exchange.startsWith("INFO ");
  const exchanges = await wire.exchanges();
  const files = once(exchanges.filter(isFiles).map((text) => text.replace(/=\d+/, "=PORT")));
  assertEquals(files, [`INFO ${user} files=PORT -> 200 OK`]);
  return exchanges.filter((exchange) => !isFiles(exchange));
}

Deno.test({
  name: `the wire view of a balancer shows both sides of it, and each message looked at${why}`,
  ignore,
  async fn() {
    await using directory = await TempDir.make();
    const servers = [
      await ServerProcess.start(directory.path),
      await ServerProcess.start(directory.path),
    ];
    await using _first = servers[0]!;
    await using _second = servers[1]!;
    const [one, two] = servers.map(({ ports }) => ports.buddy) as [Ports, Ports];
    await using balancer = await BalancerProcess.start(
      [`127.0.0.1:${one.tcp}`, `127.0.0.1:${two.tcp}`],
      [
        ...["--udp-listen=0", `--udp-backend=127.0.0.1:${one.udp}`],
        ...[`--udp-backend=127.0.0.1:${two.udp}`, ...TRACED],
        // Nobody else is asked because somebody is late.
        ...["--check-timeout=60", "--udp-answer-timeout=60"],
      ],
    );
    const { status, services } = await balancer.ready();
    await using browser = new Browser();
    const page = await browser.page({
      ...{ viewport: { width: 1400, height: 900 }, colorScheme: "dark" },
    });
    const wire = await openWire(page, status!);
    await talk(balancer.port, services.buddy!.udp!, wire);

    const [first, second] = [`server 127.0.0.1:${one.tcp}`, `server 127.0.0.1:${two.tcp}`];
    const through = (user: string, server: string, request: string, reply: string) => [
      `TCP, ${user} to balancer: ${request}`,
      `TCP, balancer to ${server}: ${request}`,
      `TCP, ${server} to balancer: ${reply}`,
      `TCP, balancer to ${user}: ${reply}`,
    ];
    assertEquals(await wire.arrows(), [
      ...through("alice", first, "REG alice", "200 OK"),
      ...through("bob", second, "REG bob", "200 OK"),
      ...through("alice", first, "ADD alice bob", "200 OK"),
      "UDP, bob to balancer: SET bob 100 ONLINE 4001",
      `UDP, balancer to ${first}: SET bob 100 ONLINE 4001`,
      `UDP, balancer to ${second}: SET bob 100 ONLINE 4001`,
      "UDP, alice to balancer: GET alice",
      `UDP, balancer to ${first}: GET alice`,
      `UDP, ${first} to balancer: bob 100 ONLINE 127.0.0.1 4001`,
      "UDP, balancer to alice: bob 100 ONLINE 127.0.0.1 4001",
    ]);
    assertEquals(await wire.parties(), ["alice", "bob", "balancer", first, second]);

    await checkDetail(wire);
    await checkPause(wire, balancer.port);
    await page.picture("wire-balancer-dark");
  },
});

interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

/** Two people register, and one sees the other online. */
async function talk(tcp: number, udp: number, wire: WirePage): Promise<void> {
  assertEquals(await ask(tcp, "REG alice\n"), "200 OK\r\n");
  assertEquals(await ask(tcp, "REG bob\n"), "200 OK\r\n");
  assertEquals(await ask(tcp, "ADD alice bob\n"), "200 OK\r\n");
  using bob = new RawUdp(udp);
  await bob.send("SET bob 100 ONLINE 4001\n");
  await wire.shows("SET bob");
  using alice = new RawUdp(udp);
  assertEquals(await alice.ask("GET alice\n"), "bob 100 ONLINE 127.0.0.1 4001\n");
  await wire.shows(`to alice port ${alice.port}`);
}

/** A message is looked at with a click, the next one with a key. */
async function checkDetail(wire: WirePage): Promise<void> {
  const { page } = wire;
  await page.click('.row[aria-label*="REG alice"] .say');
  const detail = await page.text("#detail");
  for (const part of ["alice, 127.0.0.1 port", "buddy over TCP", "command", "LF", "Bytes: 10"]) {
    assertStringIncludes(detail, part);
  }
  assertMatch(detail, /0000 {2}52 45 47 20 61 6c 69 63 {2}REG alic/);
  for (let times = 0; times < 2; times++) await wire.press("ArrowDown");
  assertStringIncludes(await page.text("#detail"), "200 OK");
  assertMatch(await page.text("#detail"), /CRLF/);
  const focused = await page.value('document.activeElement.getAttribute("aria-label")');
  assertStringIncludes(focused as string, "200 OK");
  await wire.press("Escape");
  assertEquals(await page.text("#detail"), "");
  await page.call("focus", '.row[tabindex="0"]');
  await wire.press("Enter");
  assertStringIncludes(await page.text("#detail"), "bob 100 ONLINE 127.0.0.1 4001");
  await wire.press("Escape");
}

/** While it is paused nothing moves; a step shows one message, going on all of them. */
async function checkPause(wire: WirePage, tcp: number): Promise<void> {
  const before = await wire.arrows();
  await wire.press("Space");
  assertEquals(await ask(tcp, "REG carol\n"), "200 OK\r\n");
  // Beginnings and ends of connections wait, too, but nobody has asked for them.
  await wire.page.until('document.getElementById("live").textContent === "Paused, 4 waiting"');
  assertEquals(await wire.arrows(), before);
  await wire.press("n");
  assertEquals((await wire.arrows()).slice(before.length), ["TCP, carol to balancer: REG carol"]);
  await wire.press("Space");
  await wire.shows(" to carol port ");
  assertEquals((await wire.arrows()).length, before.length + 4);

  await wire.filter("carol", "");
  const text = await wire.saved("#save-text");
  assertEquals([...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, line]) => line), [
    ...["REG carol", "REG carol", "200 OK", "200 OK"],
  ]);
  const svg = await wire.saved("#save-svg");
  assert(svg.startsWith("<?xml") && svg.trimEnd().endsWith("</svg>"));
  assertEquals([...svg.matchAll(/<g class="row/g)].length, 4);
  await wire.filter("", "");
}
