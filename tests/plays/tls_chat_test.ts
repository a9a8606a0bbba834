/** The login chat over TLS, with the real programs. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("client chat --tls logs in over TLS, and says nothing to a port that speaks none", async () => {
  await using directory = await TempDir.make();
  await using settings = await TempDir.make();
  const words = ["--services=chat", "--chat-port=0", "--chat-tls-port=0"];
  await using server = await ServerProcess.start(directory.path, words);
  const { tcp, tls } = server.ports.chat as unknown as { tcp: number; tls: number };
  const chat = (port: number): ClientProcess =>
    new ClientProcess(["chat", "127.0.0.1", `${port}`, "ann", "--tls"], settings.path);
  await using plain = chat(tcp);
  const refused = await plain.ended();
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.stderr, `No certificate comes from 127.0.0.1:${tcp}`);

  await using ann = chat(tls);
  await ann.sees(`First visit to 127.0.0.1:${tls} over TLS.`);
  await ann.types("open sesame", "EX");
  const { code, stderr } = await ann.ended();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(server.stderr.includes("open sesame"), false);
});
