/** Rooms over TLS, from the menu and as a command, with the real programs. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

interface Ports {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly rooms: { readonly tcp: number; readonly udp: number; readonly tls: number };
}

async function startServer(directory: string): Promise<{ server: ServerProcess; ports: Ports }> {
  const server = await ServerProcess.start(directory, [
    ...["--services=buddy,rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--tls-port=0", "--rooms-tls-port=0"],
  ]);
  return { server, ports: server.ports as unknown as Ports };
}

/** Somebody at the menu, over TLS. */
function menuClient({ buddy }: Ports, settings: string): ClientProcess {
  return new ClientProcess([`@127.0.0.1:${buddy.tcp}/${buddy.udp}`, "--tls"], settings);
}

const NOT_ENCRYPTED = "What is said here is NOT encrypted";

Deno.test("rooms from the menu of a client with TLS go over TLS, and tell what does not", async () => {
  await using directory = await TempDir.make();
  await using settings = await TempDir.make();
  const { server, ports } = await startServer(directory.path);
  await using _server = server;
  await using ann = menuClient(ports, settings.path);
  await ann.sees("First visit to 127.0.0.1:");
  // The plain port is none for TLS: nothing is said there.
  await ann.types("G", "", `${ports.rooms.tcp}`, `${ports.rooms.udp}`);
  await ann.sees("Server [127.0.0.1]:\nTLS port [9093]:\nUDP port [9091]:\n");
  await ann.sees(`No certificate comes from 127.0.0.1:${ports.rooms.tcp}`);
  await ann.types("G", "", `${ports.rooms.tls}`, `${ports.rooms.udp}`);
  await ann.sees(`First visit to 127.0.0.1:${ports.rooms.tls} over TLS.`);
  await ann.types("5", "lab", "ann", "open sesame");
  await ann.sees(NOT_ENCRYPTED);

  await using theirs = await TempDir.make();
  const words = ["--tls", `--tcp-port=${ports.rooms.tls}`, `--udp-port=${ports.rooms.udp}`];
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", ...words], theirs.path);
  await bob.types("open sesame");
  await bob.sees("You are in room lab");
  await bob.sees(NOT_ENCRYPTED);
  await bob.types("hello", "q");
  await ann.sees("bob: hello\n");
  assertEquals((await bob.ended()).code, 0);
  await ann.types("q", "3", "X");
  assertEquals((await ann.ended()).code, 0);
  assert(!server.stderr.includes("open sesame"));
});

Deno.test({
  name: "rooms from the menu are not visited at a server whose certificate has changed",
  ignore: Deno.build.os === "windows", // it has no SIGHUP
  async fn() {
    await using directory = await TempDir.make();
    await using settings = await TempDir.make();
    const { server, ports } = await startServer(directory.path);
    await using _server = server;
    await using ann = menuClient(ports, settings.path);
    const visit = ["G", "", `${ports.rooms.tls}`, `${ports.rooms.udp}`];
    await ann.types(...visit);
    await ann.sees(`First visit to 127.0.0.1:${ports.rooms.tls}`);
    await ann.types("3");
    await Deno.remove(`${directory.path}/tls.pem`);
    server.signal("SIGHUP");
    await eventually("another certificate", () => server.stderr.split("sha256=").length === 3);
    await ann.types(...visit);
    await ann.sees(`REFUSED 127.0.0.1:${ports.rooms.tls}: ITS CERTIFICATE HAS CHANGED.`);
    await ann.types("X");
    assertEquals((await ann.ended()).code, 0);

    const words = ["rooms", `--tcp-port=${ports.rooms.tls}`, "--server=127.0.0.1", "--tls"];
    await using alone = new ClientProcess(words, settings.path);
    await alone.types(`${ports.rooms.udp}`);
    const { code, stdout, stderr } = await alone.ended();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "ITS CERTIFICATE HAS CHANGED");
    assertMatch(stdout, /UDP port \[9091\]:\n$/);
  },
});
