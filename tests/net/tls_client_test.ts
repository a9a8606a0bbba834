/** TLS from the client's side: within its time, broken off when asked, and with words for people. */

import { assertEquals, assertRejects } from "@std/assert";
import { UnreachableError, UntrustedError } from "../../lib/core/errors.ts";
import { closeNow } from "../../lib/net/orderly_close.ts";
import { listenTcp, listenTls } from "../../lib/net/tcp.ts";
import { connectTls, lookAtCertificate, nameToAskFor } from "../../lib/net/tls_client.ts";
import { firstOfPem } from "../../lib/wire/pem.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { NOBODYS_PORT } from "../support/machine.ts";

const HERE = "127.0.0.1";
const TRUST = { name: "localhost", authorities: [CERT] };
const SOON = { timeoutMs: 50 };
const PATIENT = { timeoutMs: 60_000 };

/** Takes connections and does the same to each. */
class Host implements Disposable {
  readonly #listener: Deno.Listener;
  readonly #taken: Deno.Conn[] = [];

  constructor(listener: Deno.Listener, serve: (conn: Deno.Conn) => void = () => {}) {
    this.#listener = listener;
    (async () => {
      for await (const conn of listener) {
        this.#taken.push(conn);
        serve(conn);
      }
    })();
  }

  static silent(): Host {
    return new Host(listenTcp({ hostname: HERE, port: 0 }));
  }

  static speakingTls(): Host {
    const listener = listenTls({ hostname: HERE, port: 0 }, { cert: CERT, key: KEY });
    return new Host(listener, (conn) => (conn as Deno.TlsConn).handshake().catch(() => {}));
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#taken) closeNow(conn);
  }
}

Deno.test("connectTls() gives up on a server that is silent", async () => {
  using host = Host.silent();
  await assertRejects(() => connectTls(HERE, host.port, TRUST, SOON), UnreachableError);
});

Deno.test({
  name: "lookAtCertificate() gives up on a server that is silent",
  // Deno 2.6 keeps the connection of a handshake that was given up until its other side closes it.
  sanitizeResources: !Deno.version.deno.startsWith("2.6."),
  async fn() {
    using host = Host.silent();
    await assertRejects(
      () => lookAtCertificate(HERE, host.port, SOON),
      UnreachableError,
      "no answer within 0.05 s",
    );
  },
});

Deno.test("connectTls() stops when its caller asks, in the middle of a handshake", async () => {
  using host = Host.silent();
  const caller = new AbortController();
  const connecting = connectTls(HERE, host.port, TRUST, { ...PATIENT, signal: caller.signal });
  setTimeout(() => caller.abort(), 20);
  await assertRejects(() => connecting, UnreachableError);
});

Deno.test("connectTls() and lookAtCertificate() say that nothing is there, or no TLS", async () => {
  using host = new Host(listenTcp({ hostname: HERE, port: 0 }), (conn) => {
    conn.write(new TextEncoder().encode("201 INVALID\r\n")).catch(() => {});
  });
  const connect = (port: number): Promise<Deno.TlsConn> => connectTls(HERE, port, TRUST, PATIENT);
  await assertRejects(() => connect(host.port), UnreachableError, "No TLS comes from");
  const look = (port: number): Promise<unknown> => lookAtCertificate(HERE, port, PATIENT);
  await assertRejects(() => look(host.port), UnreachableError, "No certificate comes from");
  for (const ask of [connect, look]) {
    await assertRejects(() => ask(NOBODYS_PORT), UnreachableError, "nothing is listening there");
  }
});

Deno.test("lookAtCertificate() gives what the server shows, and a name in it", async () => {
  using host = Host.speakingTls();
  const { bytes, name } = await lookAtCertificate(HERE, host.port, PATIENT);
  assertEquals([bytes, name], [firstOfPem("CERTIFICATE", CERT)!, "localhost"]);
});

Deno.test("connectTls() refuses another certificate, and another name", async () => {
  using host = Host.speakingTls();
  closeNow(await connectTls(HERE, host.port, TRUST, PATIENT));
  for (const trust of [{ ...TRUST, authorities: [] }, { ...TRUST, name: "other.lab" }]) {
    await assertRejects(() => connectTls(HERE, host.port, trust, PATIENT), UntrustedError);
  }
});

Deno.test("nameToAskFor() passes over patterns, and what no host is called", {
  permissions: "none",
}, () => {
  for (
    const [names, name] of [
      ["DNS:lab, DNS:parley.invalid, IP Address:192.0.2.1", "parley.invalid"],
      ["DNS:*.lab, DNS:a.lab, DNS:b.lab", "a.lab"],
      ["DNS:*.lab", "dialled.lab"],
      ["DNS:e\x1b[2Jvil, DNS:..", "dialled.lab"],
      ["IP Address:192.0.2.1", "dialled.lab"],
      ["", "dialled.lab"],
    ] as const
  ) assertEquals(nameToAskFor(names, "dialled.lab"), name, names);
});
