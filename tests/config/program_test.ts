import { assert, assertEquals } from "@std/assert";
import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import { CTL_PROGRAM } from "../../lib/config/ctl_options.ts";
import {
  choices,
  listedOptions,
  type OptionTable,
  port,
  text,
  toggle,
} from "../../lib/config/option.ts";
import { COMMON_OPTIONS, helpText, type Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import { DEFAULT_ROOM_LIMITS, DEFAULT_SERVER_LIMITS } from "../../lib/core/limits.ts";

const WHOLE = [SERVER_PROGRAM, CLIENT_PROGRAM, BALANCER_PROGRAM];

/** The programs, and each of their commands. */
const PROGRAMS: readonly Program<OptionTable>[] = WHOLE.flatMap((program) => [
  program,
  ...program.commands!.map((command) => command.program),
]);

Deno.test("helpText() is usage, options with their defaults in columns, examples, exit codes", {
  permissions: "none",
}, () => {
  const program: Program<typeof options> = {
    name: "server",
    summary: "A server.",
    positionals: [{ name: "TCP_PORT", option: "tcpPort" }],
    options,
    examples: [["server 5001", "on another port"], ["server", "as usual"]],
  };
  assertEquals(
    helpText(program),
    `A server.

Usage: server [TCP_PORT] [OPTIONS]

Options (default in brackets):
  --tcp-port N     where clients come (1234)
  --advertise IP   what to tell
  --services LIST  what to run (buddy,rooms)
  --none LIST      nothing
  --token TEXT     not to be shown
  --trace          show it

Examples:
  server 5001  on another port
  server       as usual

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 server unreachable.
`,
  );
});

const options = {
  tcpPort: port("tcp-port", 1234, "where clients come"),
  advertise: text("advertise", "IP", undefined, "what to tell"),
  services: choices("services", ["buddy", "rooms"], ["buddy", "rooms"], "what to run"),
  none: choices("none", ["a"], [], "nothing"),
  token: { ...text("token", "TEXT", "s3cret", "not to be shown"), secret: true },
  trace: toggle("trace", "show it"),
};

for (const program of PROGRAMS) {
  const rows = helpText(program).split("\n");

  Deno.test(`helpText() of the ${program.name} lists every option with its default`, {
    permissions: "none",
  }, () => {
    for (const option of listedOptions(program.options)) {
      const value: unknown = option.default;
      // A switch that is on is there to be turned off.
      const typed = value === true ? `--no-${option.flag}` : `--${option.flag}`;
      const row = rows.find((row) => row.trim().split(" ")[0] === typed) ?? "";
      assert(row.includes(option.help) && row !== "", `${typed} is missing`);
      if (typeof value === "string" || typeof value === "number") {
        assert(row.endsWith(` (${value})`), row);
      }
    }
    const usage = rows.find((row) => row.startsWith("Usage: ")) ?? "";
    for (const { name, required } of program.positionals) {
      assert(usage.includes(required ? ` ${name}` : ` [${name}`), usage);
    }
  });

  Deno.test(`helpText() of the ${program.name} fits a wide terminal and has no odd characters`, {
    permissions: "none",
  }, () => {
    for (const row of rows) assert(row.length <= 110 && /^[ -~]*$/.test(row), row);
  });

  Deno.test(`the ${program.name} has the options of every program`, { permissions: "none" }, () => {
    assertEquals(
      Object.values(COMMON_OPTIONS).map(({ flag }) => flag),
      ["config", "log", "log-level", "help", "version"],
    );
    for (const name of Object.keys(COMMON_OPTIONS)) assert(name in program.options, name);
  });

  Deno.test(`the ${program.name} has no flag twice, and positionals of its own options`, {
    permissions: "none",
  }, () => {
    const flags = Object.values(program.options).map(({ flag }) => flag);
    assertEquals(new Set(flags).size, flags.length);
    for (const flag of flags) assert(/^[a-z]+(-[a-z0-9]+)*$/.test(flag) && !flag.startsWith("no-"));
    for (const { option } of program.positionals) assert(option in program.options, option);
  });

  Deno.test(`every default of the ${program.name} is a value its option would take`, {
    permissions: "none",
  }, () => {
    for (const option of Object.values(program.options)) {
      const value: unknown = option.default;
      if (!["string", "number", "boolean"].includes(typeof value)) continue;
      assertEquals(option.parse([String(value)], option.flag), value, option.flag);
    }
  });
}

for (const program of WHOLE) {
  Deno.test(`helpText() of the ${program.name} tells of its commands`, {
    permissions: "none",
  }, () => {
    const rows = helpText(program).split("\n").map((row) => row.trim());
    for (const { word, help } of program.commands!) {
      assert(rows.some((row) => row.startsWith(`${word} `) && row.endsWith(help)), word);
    }
  });
}

Deno.test("helpText() shows which arguments are needed, and which repeat", {
  permissions: "none",
}, () => {
  const program: Program<typeof options> = {
    name: "thing",
    summary: "A thing.",
    positionals: [
      { name: "PORT", option: "tcpPort", required: true },
      { name: "LIST", option: "none", repeats: true },
    ],
    options,
    examples: [],
    commands: [],
  };
  assertEquals(helpText(program).split("\n")[2], "Usage: thing PORT [LIST...] [OPTIONS]");
});

Deno.test("the server's defaults are those of the contract", { permissions: "none" }, async () => {
  const { options } = await parseCommandLine(SERVER_PROGRAM, [], () => Promise.reject());
  const { tcpPort, udpPort, data, host, presenceTtl, store } = options;
  assertEquals([tcpPort, udpPort, data, host], [1234, 1235, "./data", "0.0.0.0"]);
  assertEquals([presenceTtl, store], [30, { kind: "text" }]);
});

Deno.test("each limit of the server is an option with the limit as its default", {
  permissions: "none",
}, async () => {
  const { options } = await parseCommandLine(SERVER_PROGRAM, [], () => Promise.reject());
  const limits = { ...DEFAULT_SERVER_LIMITS, ...DEFAULT_ROOM_LIMITS };
  for (const [name, value] of Object.entries(limits)) {
    assertEquals<unknown>((options as Record<string, unknown>)[name], value, name);
  }
});

Deno.test("the client refuses a user id outside the grammar, and folds a good one", {
  permissions: "none",
}, async () => {
  const { options } = await parseCommandLine(
    CLIENT_PROGRAM,
    ["--user=Alice"],
    () => Promise.reject(),
  );
  assertEquals<string | undefined>(options.user, "alice");
});

Deno.test("words in a row are no flags to learn", { permissions: "none" }, () => {
  const help = helpText(CTL_PROGRAM);
  assert(help.includes("[SERVICE] [COMMAND] [BACKEND] [N]") && help.includes("--admin-port"), help);
  for (const flag of ["--first", "--second", "--third", "--fourth"]) {
    assert(!help.includes(flag), help);
  }
});
