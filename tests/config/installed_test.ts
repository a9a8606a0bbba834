import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import {
  asInstalled,
  executableOf,
  logAsInstalled,
  textAsInstalled,
} from "../../lib/config/installed.ts";
import { LOGIN_CHAT_PROGRAM } from "../../lib/config/login_chat_options.ts";
import type { OptionTable } from "../../lib/config/option.ts";
import { helpText, type Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("executableOf() leaves a name that is an executable's as it is", {
  permissions: "none",
}, () => {
  assertEquals(executableOf("load_balancer ctl"), "parley-lb ctl");
  assertEquals(executableOf("client"), "parley-client");
  for (const name of ["parley-client", "chatserver", "clients"]) {
    assertEquals(executableOf(name), name);
  }
});

Deno.test("helpText() of an executable has the names it is typed by", {
  permissions: "none",
}, () => {
  const text = helpText(asInstalled(BALANCER_PROGRAM));
  assertStringIncludes(text, "\nUsage: parley-lb [OPTIONS]\n");
  assertStringIncludes(text, "\nCommands (see parley-lb COMMAND --help):\n");
  assertStringIncludes(text, "\n  parley-lb ctl drain 0 ");
  assert(!/(?:^|[|:] | {2})load_balancer\b/m.test(text));
  const client = helpText(asInstalled(CLIENT_PROGRAM));
  assertStringIncludes(client, "printf 'R\\nalice\\nX\\n' | parley-client ");
  assertStringIncludes(client, "see parley-client status --help");
});

Deno.test("asInstalled() of a command that is an executable of its own", {
  permissions: "none",
}, () => {
  const text = helpText(asInstalled(LOGIN_CHAT_PROGRAM, "chatclient"));
  assertStringIncludes(text, "\nUsage: chatclient [HOST] [PORT] [USER] [OPTIONS]\n");
  assertStringIncludes(text, " | chatclient lab-1 9092 alice ");
  assert(!text.includes("client chat"), text);
});

const PROGRAMS: readonly Program<OptionTable>[] = [
  SERVER_PROGRAM,
  CLIENT_PROGRAM,
  BALANCER_PROGRAM,
];

for (const program of PROGRAMS) {
  const { name, commands = [] } = asInstalled(program);
  for (const [index, { word, program: own }] of commands.entries()) {
    Deno.test(`messages of ${name} name its command ${word} as it is typed`, {
      permissions: "none",
    }, () => {
      const typed = `${name} ${word}`;
      const named = program.commands![index]!.program.name;
      assertEquals([own.name, named], [typed, `${program.name} ${word}`]);
      assertEquals(textAsInstalled(`Damaged; "${named} x"`), `Damaged; "${typed} x"`);
      assertEquals(
        textAsInstalled(`or once: ${named} (${named} --help)`),
        `or once: ${typed} (${typed} --help)`,
      );
      assertEquals(textAsInstalled(typed), typed);
    });
  }
}

Deno.test("logAsInstalled() names commands as they are typed, and changes nothing else", () => {
  const log = new RecordedLog();
  const installed = logAsInstalled(log);
  installed.warn("See server check", { reason: '"server repair data"', bytes: 3 });
  installed.info("Stopped");
  assertEquals(log.entries, [
    {
      level: "warn",
      message: "See parley-server check",
      fields: { reason: '"parley-server repair data"', bytes: 3 },
    },
    { level: "info", message: "Stopped", fields: {} },
  ]);
  assertEquals([installed.isOn("info"), installed.isOn("debug")], [true, false]);
});

Deno.test("textAsInstalled() leaves a server that is no program alone", {
  permissions: "none",
}, () => {
  for (const text of ["The server chatted", "no server check-in", "a server to import"]) {
    assertEquals(textAsInstalled(text), text);
  }
});

for (
  const [script, usage, wrong] of [
    [
      "chatclient",
      "[HOST] [PORT] [USER]",
      "Cannot log in without a name: chatclient HOST PORT USER",
    ],
    ["chatserver", "[PORT]", undefined],
  ] as const
) {
  Deno.test(`${script} knows its own name in help, version and errors`, async () => {
    const run = async (...words: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--frozen",
          "--quiet",
          "--ignore-env",
          `${script}.ts`,
          ...words,
        ],
        cwd: ROOT,
        stdin: "null",
      }).output();
      return new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
    };
    assertStringIncludes(await run("--help"), `\nUsage: ${script} ${usage} [OPTIONS]\n`);
    assert((await run("--version")).startsWith(`${script} `));
    const unknown = `${script}: Unknown option "--confg", did you mean --config?\n`;
    assertEquals(await run("--confg=x"), unknown);
    if (wrong !== undefined) assertEquals(await run(), `${script}: ${wrong}\n`);
  });
}
