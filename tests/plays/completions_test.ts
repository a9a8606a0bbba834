/**
 * What Tab offers in real shells.
 */

import { assert, assertEquals } from "@std/assert";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import { STRATEGIES } from "../../lib/config/service_options.ts";
import { Completions, MISSING_SHELLS, type Shell } from "../support/shells.ts";

/** A test in one shell; where there is none it is skipped, and its name says why. */
function inShell(
  shell: Shell,
  name: string,
  script: string,
  play: (completions: Completions) => Promise<void>,
): void {
  const missing = MISSING_SHELLS.get(shell);
  Deno.test({
    name: `${shell}: ${name}${missing === undefined ? "" : ` (${missing})`}`,
    ignore: missing !== undefined,
    fn: async () => {
      await using completions = await Completions.of(script, shell);
      await play(completions);
    },
  });
}

const CLIENT = "parley-client";
const CLIENT_WORDS = CLIENT_PROGRAM.commands!.map(({ word }) => word).sort();
const SERVER_WORDS = SERVER_PROGRAM.commands!.map(({ word }) => word).sort();

for (const shell of ["bash", "zsh", "fish"] as const) {
  inShell(shell, "the client's commands, options and their values", "client.ts", async (tab) => {
    assertEquals(await tab.after(CLIENT, ""), CLIENT_WORDS);
    assertEquals(await tab.after(CLIENT, "st"), ["status"]);
    assertEquals(await tab.after(CLIENT, "status", "alice", "--js"), ["--json"]);
    assertEquals(await tab.after(CLIENT, "--bell", ""), ["all", "off", "pm"]);
    assertEquals(await tab.after(CLIENT, "rooms", "cr"), ["create"]);
    assertEquals(await tab.after(CLIENT, "completions", ""), ["bash", "fish", "zsh"]);
    assertEquals(await tab.after(CLIENT, "--transcript", "compl"), ["completions"]);
  });

  inShell(shell, "options of one command are not offered at another", "client.ts", async (tab) => {
    assertEquals(await tab.after(CLIENT, "call", "alice", "bob", "--wa"), ["--wait"]);
    assertEquals(await tab.after(CLIENT, "reg", "--wa"), []);
    assert((await tab.after(CLIENT, "status", "--")).includes("--watch"));
  });

  inShell(shell, "the server's commands, directories and options", "server.ts", async (tab) => {
    assertEquals(await tab.after("parley-server", ""), SERVER_WORDS);
    assertEquals(await tab.after("parley-server", "1234", "1235", "--pres"), [
      "--presence",
      "--presence-ttl",
    ]);
    assertEquals(await tab.after("parley-server", "--services", "ro"), ["rooms"]);
  });

  inShell(shell, "the balancer's strategies", "load_balancer.ts", async (tab) => {
    const executable = "parley-lb";
    assertEquals(await tab.after(executable, "--strategy", ""), [...STRATEGIES].sort());
    assertEquals(await tab.after(executable, "ctl", "--adm"), ["--admin-port"]);
  });
}

inShell("bash", "words that bash cuts at = : and @ are whole again", "client.ts", async (tab) => {
  assertEquals(await tab.after(CLIENT, "--log", "=", "te"), ["text"]);
  assertEquals(await tab.after(CLIENT, "--log", "="), ["json", "text"]);
  const login = ["alice", "@", "lab", ":", "1234"];
  assertEquals(await tab.after(CLIENT, "status", ...login, "--wa"), ["--watch"]);
});
