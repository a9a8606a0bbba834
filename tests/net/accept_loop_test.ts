import { assert, assertEquals } from "@std/assert";
import type { IncomingStream } from "../../lib/core/ports.ts";
import { acceptConnections } from "../../lib/net/accept_loop.ts";
import { listenTcp } from "../../lib/net/tcp.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

/** What accepting comes to: a connection from an address, or an error with a system code. */
type Step = { readonly from: string } | { readonly error: string };

/** Accepts what a test says, and then waits until it is closed. */
class ScriptedListener {
  readonly #steps: Step[];
  readonly #closed = Promise.withResolvers<never>();

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  async accept(): Promise<Deno.TcpConn> {
    const step = this.#steps.shift() ?? await this.#closed.promise;
    if ("error" in step) throw Object.assign(new Error("accept failed"), { code: step.error });
    const remoteAddr = { transport: "tcp", hostname: step.from, port: 1 };
    return { remoteAddr, localAddr: { ...remoteAddr, hostname: "::1", port: 2 } } as Deno.TcpConn;
  }

  close(): void {
    this.#closed.reject(new Deno.errors.BadResource("Listener has been closed"));
  }
}

/** Runs the loop over steps, the last of which is a connection; gives the addresses handed on. */
async function run(steps: readonly Step[], log: RecordedLog): Promise<string[]> {
  const listener = new ScriptedListener(steps);
  const seen: string[] = [];
  await within(
    "the accept loop",
    acceptConnections(listener as unknown as Deno.TcpListener, ({ remoteIp }) => {
      seen.push(remoteIp);
      if (steps.filter((step) => "from" in step).length === seen.length) listener.close();
    }, log),
  );
  return seen;
}

Deno.test("acceptConnections() goes on after a peer that was gone before it was accepted", async () => {
  const log = new RecordedLog();
  const gone = ["ENOTCONN", "ECONNABORTED", "ECONNRESET"].map((error) => ({ error }));
  assertEquals(await run([...gone, { from: "192.0.2.7" }], log), ["192.0.2.7"]);
  assertEquals(log.entries, []);
});

Deno.test("acceptConnections() pauses when descriptors run out, warns once, and goes on", async () => {
  const log = new RecordedLog();
  const none = ["EMFILE", "ENFILE", "ENOMEM"].map((error) => ({ error }));
  assertEquals(await run([...none, { from: "192.0.2.7" }], log), ["192.0.2.7"]);
  assertEquals(log.entries.map(({ level, fields }) => [level, fields.reason]), [
    ["warn", "EMFILE"],
  ]);
});

Deno.test("acceptConnections() writes an IPv4-mapped address as IPv4", async () => {
  const log = new RecordedLog();
  const steps = [{ from: "::ffff:192.0.2.7" }, { from: "2001:db8::7" }];
  assertEquals(await run(steps, log), ["192.0.2.7", "2001:db8::7"]);
});

Deno.test("acceptConnections() resolves when its listener is closed", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const accepting = acceptConnections(listener, () => {}, new RecordedLog());
  listener.close();
  await within("the accept loop", accepting);
});

const RESETS = 300;

/** Connects and resets at once, many times. Deno itself cannot: it does not know SO_LINGER. */
const RESETTER = `
import socket, struct, sys
for _ in range(${RESETS}):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
`;

function hasPython(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"], stdout: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: `acceptConnections() survives ${RESETS} resets before accept (needs python3)`,
  ignore: !hasPython(),
  async fn() {
    const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const handed = Promise.withResolvers<IncomingStream>();
    // Nothing is accepted while this runs: every connection is reset in the backlog.
    const args = ["-c", RESETTER, String(port)];
    const { success } = new Deno.Command("python3", { args }).outputSync();
    assert(success);
    const log = new RecordedLog();
    const accepting = acceptConnections(listener, handed.resolve, log);
    using _client = await RawTcp.connect(port);
    const { stream, remoteIp } = await within("the connection that is alive", handed.promise);
    assertEquals(remoteIp, "127.0.0.1");
    assertEquals(log.entries, []);
    stream.close();
    listener.close();
    await accepting;
  },
});

Deno.test({
  name: "a server out of descriptors lets connections wait, then serves them (needs ulimit)",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.make();
    await using server = await ServerProcess.start(directory.path, [], { descriptors: 64 });
    const { tcp } = server.ports.buddy;
    const crowd: RawTcp[] = [];
    for (let index = 0; index < 100; index++) crowd.push(await RawTcp.connect(tcp));
    const patient = await RawTcp.connect(tcp);
    await patient.send("REG ann\n");
    await server.stderrShows("Cannot accept connections for the moment");
    for (const connection of crowd) connection[Symbol.dispose]();
    assertEquals(await patient.readToEnd(), "200 OK\r\n");
    patient[Symbol.dispose]();
    const { code, stderr } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
    assert(stderr.includes("reason=EMFILE"));
  },
});
