/** TLS that ends at the real balancer. */

import { assertEquals } from "@std/assert";
import { makeIdentity } from "../../lib/server/self_signed.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { TestBackend } from "../support/backends.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp_dir.ts";
import { askOverTls } from "../support/tls_client.ts";

Deno.test("SIGHUP has a balancer read its certificate again; a bad one is told of and not taken", async () => {
  await using directory = await TempDir.make();
  const [certPath, keyPath] = [`${directory.path}/c.pem`, `${directory.path}/k.pem`];
  const write = async (cert: string, key: string): Promise<void> => {
    await Deno.writeTextFile(certPath, cert);
    await Deno.writeTextFile(keyPath, key);
  };
  await write(CERT, KEY);
  await using a = new TestBackend("a");
  await using balancer = BalancerProcess.spawn([
    ...["--listen=0", `--backend=${a.address}`, "--admin-port=0"],
    ...[`--tls-cert=${certPath}`, `--tls-key=${keyPath}`],
  ], directory.path);
  const { tcp } = (await balancer.ready()).services.buddy!;
  assertEquals(await askOverTls(tcp, "one\n"), "a one\n");
  const other = await makeIdentity([], Date.now());
  await write(other.cert, KEY);
  balancer.signal("SIGHUP");
  await balancer.stderrShows("The certificate was not taken, the one before stays");
  assertEquals(await askOverTls(tcp, "two\n"), "a two\n");
  await write(other.cert, other.key);
  balancer.signal("SIGHUP");
  await eventually(
    "the other certificate",
    async () => await askOverTls(tcp, "three\n", other.cert).catch(() => "") === "a three\n",
  );
});
