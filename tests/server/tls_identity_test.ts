/** The certificate a server shows: made once, kept for its owner, the same for siblings. */

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { fingerprintOf } from "../../lib/net/tls_client.ts";
import { type IdentitySource, loadIdentity } from "../../lib/server/tls_identity.ts";
import { firstOfPem } from "../../lib/wire/pem.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { TempDir } from "../support/temp_dir.ts";

function sourceIn(data: string): IdentitySource {
  return { tlsCert: undefined, tlsKey: undefined, data, hosts: ["127.0.0.1"] };
}

Deno.test("loadIdentity() makes a certificate at the first start, and finds it at the next", async () => {
  await using directory = await TempDir.make();
  const source = sourceIn(`${directory.path}/data`);
  const made = await loadIdentity(source);
  assertEquals(await loadIdentity(source), made);
  assertEquals(made.file, `${directory.path}/data/tls.pem`);
  assertEquals(made.fingerprint, await fingerprintOf(firstOfPem("CERTIFICATE", made.cert)!));
  const names = await Array.fromAsync(Deno.readDir(source.data), ({ name }) => name);
  assertEquals(names, ["tls.pem"]);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(made.file)).mode! & 0o777, 0o600);
  }
});

Deno.test("servers of one directory that start at once show one certificate", async () => {
  await using directory = await TempDir.make();
  const source = sourceIn(directory.path);
  const all = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(source)));
  assertEquals(new Set(all.map(({ fingerprint }) => fingerprint)).size, 1);
});

Deno.test("loadIdentity() takes the files of a site, and makes none", async () => {
  await using directory = await TempDir.make();
  const [tlsCert, tlsKey] = [`${directory.path}/cert.pem`, `${directory.path}/key.pem`];
  await Deno.writeTextFile(tlsCert, `A comment.\n${CERT}`);
  await Deno.writeTextFile(tlsKey, KEY);
  const data = `${directory.path}/data`;
  const { cert, key, fingerprint } = await loadIdentity({ ...sourceIn(data), tlsCert, tlsKey });
  assertEquals([cert, key], [`A comment.\n${CERT}`, KEY]);
  assertEquals(fingerprint, await fingerprintOf(firstOfPem("CERTIFICATE", CERT)!));
  await assertRejects(() => Deno.stat(data), Deno.errors.NotFound);
});

Deno.test("loadIdentity() says which file is no use, and changes none", async () => {
  await using directory = await TempDir.make();
  const source = sourceIn(directory.path);
  const missing = `${directory.path}/missing.pem`;
  const given = { ...source, tlsCert: missing, tlsKey: missing };
  await assertRejects(() => loadIdentity(given), OperationalError, `Cannot read "${missing}"`);
  const file = `${directory.path}/tls.pem`;
  for (
    const text of ["", "junk\n", KEY, "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n"]
  ) {
    await Deno.writeTextFile(file, text);
    await assertRejects(() => loadIdentity(source), OperationalError, "it holds no certificate");
    assertEquals(await Deno.readTextFile(file), text);
  }
  const blocked = sourceIn(`${file}/data`);
  await assertRejects(() => loadIdentity(blocked), OperationalError, "Cannot make a certificate");
});

Deno.test("a certificate that is removed is replaced by another one", async () => {
  await using directory = await TempDir.make();
  const source = sourceIn(directory.path);
  const before = await loadIdentity(source);
  await Deno.remove(before.file);
  const after = await loadIdentity(source);
  assertNotEquals(after.fingerprint, before.fingerprint);
  assert(after.cert.includes("PRIVATE KEY"), "both in one file");
});
