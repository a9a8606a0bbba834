/** Certificates that servers make for themselves, read by what others use to read them. */

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { OWN_CERTIFICATE_NAME } from "../../lib/core/certificate_name.ts";
import { listenTls } from "../../lib/net/tcp.ts";
import { makeIdentity } from "../../lib/server/self_signed.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

Deno.test("makeIdentity() makes a certificate that is good for ten years, and no authority", async () => {
  const { cert } = await makeIdentity([], NOW);
  const read = new X509Certificate(cert);
  assertEquals(Date.parse(read.validFrom), Date.parse("2026-11-20T12:00:00Z"));
  assertEquals(Date.parse(read.validTo), Date.parse("2036-11-20T12:00:00Z"));
  assertEquals([read.ca, read.subject, read.issuer], [false, "CN=parley.invalid", read.subject]);
});

Deno.test("makeIdentity() makes another one each time", async () => {
  const [one, other] = await Promise.all([makeIdentity([], NOW), makeIdentity([], NOW)]);
  assertNotEquals(one.cert, other.cert);
  assertNotEquals(one.key, other.key);
});

for (
  const [dialed, hosts] of [
    [OWN_CERTIFICATE_NAME, []],
    ["localhost", []],
    ["127.0.0.1", ["127.0.0.1"]],
    ["::1", ["192.0.2.1", "::1"]],
    ["2001:db8::1:0:7", ["2001:db8::1:0:7", "fe80::1"]],
    ["talk.lab", ["talk.lab"]],
  ] as const
) {
  Deno.test(`a client that trusts the certificate shakes hands with "${dialed}", and with nothing else`, async () => {
    const identity = await makeIdentity(hosts, Date.now());
    using listener = listenTls({ hostname: "127.0.0.1", port: 0 }, identity);
    const { port } = listener.addr as Deno.NetAddr;
    const shake = async (hostname: string, caCerts: string[]): Promise<void> => {
      const plain = await Deno.connect({ hostname: "127.0.0.1", port });
      using client = await Deno.startTls(plain, { hostname, caCerts });
      const serving = listener.accept().then(async (server) => {
        await server.handshake().catch(() => {});
        server.close();
      });
      try {
        await client.handshake();
      } finally {
        await serving;
      }
    };
    await shake(dialed, [identity.cert]);
    await assertRejects(() => shake("other.lab", [identity.cert]), Error, "not valid for name");
    await assertRejects(() => shake(dialed, []), Error, "UnknownIssuer");
  });
}

Deno.test("the key of makeIdentity() is the certificate's", async () => {
  const { cert, key } = await makeIdentity([], NOW);
  const { publicKey } = new X509Certificate(cert);
  const { createPrivateKey, createPublicKey } = await import("node:crypto");
  const own = createPublicKey(createPrivateKey(key));
  const spki = (from: typeof own): string => from.export({ type: "spki", format: "pem" }) as string;
  assertEquals(spki(publicKey as typeof own), spki(own));
  assert(spki(own).startsWith("-----BEGIN PUBLIC KEY-----"));
});
