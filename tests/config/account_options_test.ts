import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import { type ServerOptions, serverOptionsOf } from "../../lib/config/server_options.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";

async function optionsOf(...words: readonly string[]): Promise<ServerOptions> {
  const line = await parseCommandLine(SERVER_PROGRAM, words, () => Promise.resolve("{}"));
  return serverOptionsOf(line);
}

const PASSWORD = "--accounts=password";
const CLEARTEXT = "--allow-cleartext-passwords";

Deno.test("accounts are open unless told otherwise", { permissions: "none" }, async () => {
  const { accounts, allowCleartextPasswords } = await optionsOf();
  assertEquals([accounts, allowCleartextPasswords], ["open", false]);
});

Deno.test("with passwords, what can be guarded is served", { permissions: "none" }, async () => {
  for (
    const [words, services] of [
      [["--tls-port=0"], ["buddy"]],
      [["--tls-port=0", "--chat-tls-port=0"], ["buddy", "chat"]],
      [[CLEARTEXT], ["buddy", "chat"]],
      [["5001", "--tls-port=0", "--chat-tls-port=0"], ["buddy"]],
      [["--tls-port=0", "--services=buddy"], ["buddy"]],
      [["--tls-port=0", "--chat-tls-port=0", "--services=chat,buddy"], ["chat", "buddy"]],
    ] as const
  ) assertEquals((await optionsOf(PASSWORD, ...words)).services, services, words.join(" "));
});

Deno.test("what cannot be guarded is refused, with what to do", {
  permissions: "none",
}, async () => {
  for (
    const [words, message] of [
      [[PASSWORD], "give a port with --tls-port"],
      [[PASSWORD, "5001"], "give a port with --tls-port"],
      [[PASSWORD, "--tls-port=0", "--services=buddy,rooms"], "leave rooms out of --services"],
      [[PASSWORD, CLEARTEXT, "--services=buddy,rooms"], "leave rooms out of --services"],
      [[PASSWORD, "--tls-port=0", "--services=buddy,chat"], "give a port with --chat-tls-port"],
      [[PASSWORD, "--tls-port=0", "--services=rooms"], "add buddy to --services"],
      [[CLEARTEXT], "without --accounts password"],
      [["--accounts=passwords"], "--accounts"],
    ] as const
  ) {
    await assertRejects(() => optionsOf(...words), UsageError, message);
  }
});
