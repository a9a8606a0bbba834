/** Whom a client trusts over TLS: whom it met before, and nobody in between. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KnownServers } from "../../lib/client/known_servers.ts";
import { securePlace } from "../../lib/client/secure_place.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { OperationalError, UnreachableError, UsageError } from "../../lib/core/errors.ts";
import { listenTls, type TlsIdentity } from "../../lib/net/tcp.ts";
import { fingerprintOf } from "../../lib/net/tls_client.ts";
import { makeIdentity } from "../../lib/server/self_signed.ts";
import { firstOfPem } from "../../lib/wire/pem.ts";
import {
  AUTHORITY_CERT,
  AUTHORITY_KEY,
  CERT,
  KEY,
  SIGNED_CERT,
  SIGNED_KEY,
} from "../samples/tls_identity.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

const NO_WISHES = { tls: false, ca: undefined, acceptNewKey: undefined };
const TLS = { ...NO_WISHES, tls: true };
const HOST = "127.0.0.1";

/** Somebody in between: speaks TLS with a certificate of their own, and keeps what they hear. */
class Impostor implements Disposable {
  readonly #listener: Deno.TlsListener;
  /** Bytes that were said to them inside TLS. */
  heard = 0;
  /** Connections that came. */
  came = 0;

  constructor(identity: TlsIdentity) {
    this.#listener = listenTls({ hostname: HOST, port: 0 }, identity);
    this.#serve();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #serve(): Promise<void> {
    for (;;) {
      let conn: Deno.TlsConn;
      try {
        conn = await this.#listener.accept();
      } catch {
        return;
      }
      this.came++;
      try {
        this.heard += await conn.read(new Uint8Array(1024)) ?? 0;
      } catch {
        // Refused: what we are here for.
      }
      conn.close();
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** A user's memory of servers, and what they were told. */
class User {
  readonly log = new RecordedLog();
  readonly told: string[] = [];
  readonly known: KnownServers;
  readonly tell = (line: string): number => this.told.push(line);

  constructor(directory: string) {
    this.known = new KnownServers(directory);
  }
}

async function startServer(identity: TlsIdentity): Promise<TestServer> {
  return await TestServer.start({ tls: { identity, ports: { buddy: 0 } } });
}

function sha256(identity: TlsIdentity): Promise<string> {
  return fingerprintOf(firstOfPem("CERTIFICATE", identity.cert)!);
}

for (
  const [whose, make] of [
    ["a certificate servers make for themselves", () => makeIdentity([], Date.now())],
    ["a site's own, signed by itself", () => Promise.resolve({ cert: CERT, key: KEY })],
  ] as const
) {
  Deno.test(`securePlace() remembers ${whose} at the first visit, and asks CAP for the port`, async () => {
    await using directory = await TempDir.make();
    const user = new User(directory.path);
    const identity = await make();
    await using server = await startServer(identity);
    const named = { host: HOST, tcpPort: server.tcp };
    for (let visit = 0; visit < 3; visit++) {
      const place = await securePlace(named, TLS, user);
      assertEquals(place.secure?.tlsPort, server.tls);
      const link = new ServerLink(place, user.log);
      const reply = await link.request({ kind: "register", user: id(`user${visit}`) });
      assertEquals([reply.code, link.reachedIp], [200, HOST]);
      await link.capabilities();
      link.close();
    }
    assertEquals(user.told.length, 1);
    assertStringIncludes(user.told[0]!, await sha256(identity));
  });
}

Deno.test("a man in the middle is refused in 50 of 50, and hears nothing", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  const genuine = await makeIdentity([HOST], Date.now());
  await using server = await startServer(genuine);
  const named = { host: HOST, tcpPort: server.tcp };
  const trusted = await securePlace(named, TLS, user);
  let refused = 0;
  for (let attempt = 0; attempt < 50; attempt++) {
    // One of their own each time, with all the names of the true one.
    using impostor = new Impostor(await makeIdentity([HOST], Date.now()));
    const wishes = { ...TLS, tlsPort: impostor.port };
    // A new start of the client, and one that has been running since before.
    const error = await assertRejects(() => securePlace(named, wishes, user), OperationalError);
    assertStringIncludes(error.message, "ITS CERTIFICATE HAS CHANGED");
    const link = new ServerLink({
      ...named,
      secure: { ...trusted.secure!, tlsPort: impostor.port },
    }, user.log);
    await assertRejects(
      () => link.list(id("ann")),
      UnreachableError,
      "ITS CERTIFICATE HAS CHANGED",
    );
    link.close();
    assertEquals([impostor.heard, impostor.came > 0], [0, true]);
    refused++;
  }
  assertEquals(refused, 50);
  // The true one is still welcome.
  await securePlace(named, TLS, user);
});

Deno.test("a lie about the port, told in the clear, makes no first visit", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using server = await startServer(await makeIdentity([], Date.now()));
  const named = { host: HOST, tcpPort: server.tcp };
  await securePlace(named, TLS, user);
  using impostor = new Impostor(await makeIdentity([], Date.now()));
  const wishes = { ...TLS, tlsPort: impostor.port };
  await assertRejects(() => securePlace(named, wishes, user), OperationalError, "HAS CHANGED");
  assertEquals(impostor.heard, 0);
});

Deno.test("--accept-new-key takes the certificate it names, and no other", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  const [first, second] = await Promise.all([makeIdentity([], 0), makeIdentity([], 0)])
    .then(() => Promise.all([makeIdentity([], Date.now()), makeIdentity([], Date.now())]));
  await using server = await startServer(first);
  const named = { host: HOST, tcpPort: server.tcp };
  const accepting = async (identity: TlsIdentity): Promise<void> => {
    await securePlace(named, { ...TLS, acceptNewKey: await sha256(identity) }, user);
  };
  await securePlace(named, TLS, user);
  await accepting(first);
  await assertRejects(() => accepting(second), OperationalError, "not the one of");
  server.reloadTls(second);
  await assertRejects(() => securePlace(named, TLS, user), OperationalError, "HAS CHANGED");
  await assertRejects(() => accepting(first), OperationalError, "HAS CHANGED");
  await accepting(second);
  await securePlace(named, TLS, user);
  assertEquals(user.told.length, 2);
});

Deno.test("--ca goes by an authority and the server's name, and remembers nothing", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using server = await startServer({ cert: CERT, key: KEY });
  const file = `${directory.path}/ca.pem`;
  await Deno.writeTextFile(file, CERT);
  const named = { host: HOST, tcpPort: server.tcp };
  await securePlace(named, { ...TLS, ca: file }, user);
  assertEquals([user.told, await user.known.find(`${HOST}:${server.tcp}`)], [[], undefined]);
  await Deno.writeTextFile(file, (await makeIdentity([HOST], Date.now())).cert);
  await assertRejects(
    () => securePlace(named, { ...TLS, ca: file }, user),
    OperationalError,
    "comes from nobody we know",
  );
  await Deno.writeTextFile(file, "junk\n");
  await assertRejects(
    () => securePlace(named, { ...TLS, ca: file }, user),
    OperationalError,
    "it holds no certificate",
  );
  const missing = { ...TLS, ca: `${file}.missing` };
  await assertRejects(() => securePlace(named, missing, user), OperationalError, "Cannot read");
});

Deno.test("a server that spoke TLS before and offers none now is refused, and nothing said", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using plain = await TestServer.start();
  const named = { host: HOST, tcpPort: plain.tcp };
  await user.known.remember(`${HOST}:${plain.tcp}`, {
    name: "localhost",
    bytes: firstOfPem("CERTIFICATE", CERT)!,
  });
  await assertRejects(() => securePlace(named, TLS, user), OperationalError, "spoke it before");
  assertEquals(await securePlace(named, NO_WISHES, user), named, "not asked for");
});

Deno.test("what cannot be trusted for certain is refused", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using plain = await TestServer.start();
  const named = { host: HOST, tcpPort: plain.tcp };
  assertEquals(await securePlace(named, NO_WISHES, user), named);
  await assertRejects(() => securePlace(named, TLS, user), UnreachableError, "offers no TLS");
  await assertRejects(
    () => securePlace(named, { ...NO_WISHES, ca: "f" }, user),
    UsageError,
    "without --tls",
  );
  const deaf = { ...TLS, tlsPort: plain.tcp };
  await assertRejects(() => securePlace(named, deaf, user), UnreachableError);
  await using server = await startServer({ cert: CERT, key: KEY });
  const other = { host: HOST, tcpPort: server.tcp };
  await Deno.writeTextFile(`${directory.path}/known_servers.txt`, "broken\n");
  await assertRejects(() => securePlace(other, TLS, user), UsageError, "line 1");
  const nowhere = { ...user, known: new KnownServers(undefined) };
  await assertRejects(() => securePlace(other, TLS, nowhere), OperationalError, "set HOME");
});

Deno.test("a file of known servers that cannot be read is no first visit", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  using impostor = new Impostor({ cert: CERT, key: KEY });
  const named = { host: HOST, tcpPort: impostor.port };
  const file = `${directory.path}/known_servers.txt`;
  const refused = (why: string): Promise<unknown> =>
    assertRejects(
      () => securePlace(named, { ...TLS, tlsPort: impostor.port }, user),
      OperationalError,
      `Cannot read "${file}": ${why}`,
    );
  await Deno.mkdir(file);
  await refused("");
  await Deno.remove(file);
  await Deno.writeTextFile(file, "#".repeat(1024 * 1024 + 1));
  await refused("it has more than 1048576 bytes");
  assertEquals(impostor.heard, 0);
});

Deno.test("what is refused at the first visit is not remembered", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using server = await startServer({ cert: AUTHORITY_CERT, key: AUTHORITY_KEY });
  const named = { host: HOST, tcpPort: server.tcp };
  const attempt = (): Promise<unknown> => securePlace(named, TLS, user);
  await assertRejects(attempt, OperationalError, "basicConstraints=CA:FALSE");
  assertEquals([user.told, await user.known.find(`${HOST}:${server.tcp}`)], [[], undefined]);
  server.reloadTls({ cert: CERT, key: KEY });
  await attempt();
  assertEquals(user.told.length, 1);
});

Deno.test("a certificate that a site's authority signed is refused with a word about --ca", async () => {
  await using directory = await TempDir.make();
  const user = new User(directory.path);
  await using server = await startServer({ cert: SIGNED_CERT, key: SIGNED_KEY });
  await assertRejects(
    () => securePlace({ host: HOST, tcpPort: server.tcp }, TLS, user),
    OperationalError,
    "comes from nobody we know: an authority signed it, give that one's certificate with --ca FILE",
  );
  assertEquals(user.told, []);
});
