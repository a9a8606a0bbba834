import { assertEquals, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CHAT_SERVER_PROGRAM } from "../../lib/config/chat_server_options.ts";
import { type COMMON_OPTIONS, type Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import { STATUS_OPTIONS } from "../../lib/config/status_options.ts";
import { UsageError } from "../../lib/core/errors.ts";

type Observable = Program<typeof STATUS_OPTIONS & typeof COMMON_OPTIONS>;

const PROGRAMS: readonly Observable[] = [SERVER_PROGRAM, CHAT_SERVER_PROGRAM, BALANCER_PROGRAM];

for (const program of PROGRAMS) {
  Deno.test(`${program.name}: no status port unless asked for, and then on loopback`, {
    permissions: "none",
  }, async () => {
    const read = (...words: string[]) =>
      parseCommandLine(program, words, () => Promise.resolve('{"status": 8080}'));
    const { options } = await read();
    assertEquals([options.status, options.statusHost], [undefined, "127.0.0.1"]);
    assertEquals((await read("--status-port=0")).options.status, 0);
    // As the design writes it in the config file of a balancer.
    assertEquals((await read("--config=f")).options.status, 8080);
  });
}

Deno.test(
  "--status-name takes host names, and nothing that is none",
  { permissions: "none" },
  () => {
    const { statusNames } = STATUS_OPTIONS;
    assertEquals(statusNames.parse(["a.lab,B", "c"], "--status-name"), ["a.lab", "b", "c"]);
    for (const name of ["a:80", "http://a", "a b", "-a", "a/", ","]) {
      assertThrows(() => statusNames.parse([name], "--status-name"), UsageError);
    }
  },
);
