import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import { serverOptionsOf } from "../../lib/config/server_options.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";

/** The services that a command line asks for; `config` is the text of its config file. */
async function servicesOf(words: readonly string[], config = "{}"): Promise<readonly string[]> {
  const line = await parseCommandLine(SERVER_PROGRAM, words, () => Promise.resolve(config));
  return serverOptionsOf(line).services;
}

const ALL = SERVER_PROGRAM.options.services.default;

Deno.test("serverOptionsOf(): every service runs unless told otherwise", {
  permissions: "none",
}, async () => {
  for (const words of [[], ["--tcp-port=5001", "--udp-port", "5002"], ["--data=d"]]) {
    assertEquals(await servicesOf(words), ALL, words.join(" "));
  }
  assertEquals(await servicesOf(["--config=f"], '{"tcpPort": 5001}'), ALL);
});

Deno.test("serverOptionsOf(): a port by position means buddies alone", {
  permissions: "none",
}, async () => {
  for (const words of [["5001"], ["5001", "5002"], ["5001", "5002", "data1"]]) {
    assertEquals(await servicesOf(words), ["buddy"], words.join(" "));
  }
});

Deno.test("serverOptionsOf(): services asked for win over a port by position", {
  permissions: "none",
}, async () => {
  const list = ALL.join(",");
  assertEquals(await servicesOf(["5001", `--services=${list}`]), ALL);
  assertEquals(
    await servicesOf(["5001", "--config=f"], `{"services": ${JSON.stringify(ALL)}}`),
    ALL,
  );
});

Deno.test("serverOptionsOf(): a certificate needs its key, and a port that shows it", {
  permissions: "none",
}, async () => {
  for (
    const [words, message] of [
      [["--tls-port=1236", "--tls-cert=c"], "it needs both --tls-cert and --tls-key"],
      [["--tls-port=1236", "--tls-key=k"], "it needs both --tls-cert and --tls-key"],
      [["--tls-cert=c", "--tls-key=k"], "no port speaks TLS, give one with --tls-port"],
    ] as const
  ) {
    await assertRejects(() => servicesOf(words), UsageError, message);
  }
  for (const port of ["--tls-port=0", "--rooms-tls-port=9093", "--chat-tls-port=9094"]) {
    assertEquals(await servicesOf([port, "--tls-cert=c", "--tls-key=k"]), ALL);
  }
});
