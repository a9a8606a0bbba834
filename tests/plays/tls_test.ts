/** TLS from the first start of a server to a changed certificate, with the real programs. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fingerprintOf } from "../../lib/net/tls_client.ts";
import { firstOfPem } from "../../lib/wire/pem.ts";
import { eventually } from "../support/eventually.ts";
import { run } from "../support/one_shot.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { StatusPort } from "../support/status_port.ts";
import { TempDir } from "../support/temp_dir.ts";
import { askOverTls } from "../support/tls_client.ts";

/** A whole record with the beginning of a hello, which goes on in another one. */
const BEGUN_HELLO = Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 2, 0);

async function shownBy(directory: string): Promise<string> {
  const text = await Deno.readTextFile(`${directory}/tls.pem`);
  return await fingerprintOf(firstOfPem("CERTIFICATE", text)!);
}

Deno.test({
  name: "two users register over TLS; a changed certificate stops them until they accept it",
  ignore: Deno.build.os === "windows", // it has no SIGHUP
  async fn() {
    await using directory = await TempDir.make();
    await using settings = await TempDir.make();
    await using server = await ServerProcess.start(directory.path, ["--tls-port=0"]);
    const { tcp, tls } = server.ports.buddy as unknown as { tcp: number; tls: number };
    const first = await shownBy(directory.path);
    await eventually("the fingerprint", () => server.stderr.includes(first));
    const at = `127.0.0.1:${tcp}`;

    const ann = await run(["reg", `ann@${at}`, "--tls"], settings.path);
    assertEquals([ann.code, ann.stdout], [0, "Registered as ann.\n"]);
    assertStringIncludes(ann.stderr, first);
    const bob = await run(["reg", `bob@${at}`, `--tls-port=${tls}`], settings.path);
    assertEquals([bob.code, bob.stderr], [0, ""]);

    await Deno.remove(`${directory.path}/tls.pem`);
    server.signal("SIGHUP");
    await eventually("another certificate", () => server.stderr.split("sha256=").length === 3);
    const second = await shownBy(directory.path);
    const refused = await run(["reg", `eve@${at}`, "--tls"], settings.path);
    assertEquals([refused.code, refused.stdout], [1, ""]);
    for (const words of ["HAS CHANGED", first, second, "--accept-new-key"]) {
      assertStringIncludes(refused.stderr, words);
    }
    assert(!refused.stderr.includes("    at "), "no stack trace");
    const words = ["reg", `eve@${at}`, "--tls", `--accept-new-key=${second}`];
    assertEquals((await run(words, settings.path)).stdout, "Registered as eve.\n");
    assertEquals((await run(["reg", `dan@${at}`, "--tls"], settings.path)).code, 0);

    await Deno.writeTextFile(`${directory.path}/tls.pem`, "junk");
    server.signal("SIGHUP");
    await eventually("the refusal", () => server.stderr.includes("the one before stays"));
    assertEquals((await run(["reg", `fay@${at}`, "--tls"], settings.path)).code, 0);
    assertEquals((await server.endBy("SIGTERM")).code, 0);
  },
});

Deno.test({
  name:
    "a server out of descriptors over TLS goes on, and is back when there are some (needs ulimit)",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.make();
    await using settings = await TempDir.make();
    const words = ["--tls-port=0", "--handshake-deadline=60"];
    await using server = await ServerProcess.start(directory.path, words, { descriptors: 64 });
    const { tcp, tls } = server.ports.buddy as unknown as { tcp: number; tls: number };
    const crowd: RawTcp[] = [];
    for (let index = 0; index < 100; index++) {
      const connection = await RawTcp.connect(tls);
      await connection.send(BEGUN_HELLO).catch(() => {});
      crowd.push(connection);
    }
    await server.stderrShows("TLS clients are turned away");
    for (const connection of crowd) connection[Symbol.dispose]();
    const certificate = await Deno.readTextFile(`${directory.path}/tls.pem`);
    await eventually(
      "that there are descriptors again",
      () => askOverTls(tls, "CAP\n", certificate).then((answer) => answer !== "", () => false),
    );
    const ann = await run(["reg", `ann@127.0.0.1:${tcp}`, "--tls"], settings.path);
    assertEquals([ann.code, ann.stdout], [0, "Registered as ann.\n"]);
    const { code, stderr } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
    // One line tells of many; a slow machine may need another one ten seconds later.
    const lines = stderr.split("TLS clients are turned away").length - 1;
    assert(lines <= 3, `${lines} lines`);
  },
});

Deno.test("--handshake-deadline ends a handshake that does not come to its end", async () => {
  await using directory = await TempDir.make();
  const words = ["--tls-port=0", "--handshake-deadline=0.2", "--status-port=0"];
  await using server = await ServerProcess.start(directory.path, words);
  const { tls } = server.ports.buddy as unknown as { tls: number };
  using client = await RawTcp.connect(tls);
  // A machine that is busy may send it when the time is over: then it is cut off by a reset.
  await client.send(BEGUN_HELLO).catch(() => {});
  assertEquals(await client.readToEnd().catch(() => ""), "");
  const { status } = server.ports as unknown as { status: number };
  const port = new StatusPort(status);
  const name = 'parley_tls_handshakes_failed_total{reason="too slow"}';
  await eventually("that it is counted", async () => (await port.metrics()).get(name) === 1);
  const state = JSON.parse((await port.get("/api/state")).text);
  assertEquals(state.connections.handshakesFailed["too slow"], 1);
});
