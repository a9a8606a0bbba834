import { assertEquals } from "@std/assert";
import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { completedProgram } from "../../lib/config/completions.ts";
import { bashCompletions } from "../../lib/config/completions_bash.ts";
import { fishCompletions } from "../../lib/config/completions_fish.ts";
import { zshCompletions } from "../../lib/config/completions_zsh.ts";
import { choice, listedOptions, type OptionTable, text, toggle } from "../../lib/config/option.ts";
import type { Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";

const OPTIONS = {
  bell: choice("bell", ["off", "on"], "on", "when it's loud: [ring]"),
  file: text("file", "FILE", undefined, "where"),
  directory: text("directory", "DIR", undefined, "where to"),
  host: text("host", "HOST", undefined, "at whom"),
  name: text("name", "NAME", undefined, "who"),
  quiet: toggle("quiet", "say nothing"),
  keep: { ...toggle("keep", "keep it"), default: true },
};

const PROGRAM: Program<OptionTable> = {
  ...{ name: "thing", summary: "A thing.", options: OPTIONS, examples: [] },
  positionals: [
    { name: "WHEN", option: "bell", required: true },
    { name: "PATH", option: "file", repeats: true },
  ],
};

Deno.test("completedProgram() knows what may stand behind each option", {
  permissions: "none",
}, () => {
  const { itself } = completedProgram(PROGRAM);
  const kinds = itself.options.map(({ flag, value }) => [flag, value?.values.kind]);
  assertEquals(kinds, [
    ["--bell", "words"],
    ["--file", "files"],
    ["--directory", "directories"],
    ["--host", "hosts"],
    ["--name", "anything"],
    ["--quiet", undefined],
    ["--no-keep", undefined],
  ]);
  assertEquals(itself.positionals.map(({ values, repeats }) => [values.kind, repeats]), [
    ["words", false],
    ["files", true],
  ]);
});

/** Every program and command, with what its completions say of it. */
for (const program of [SERVER_PROGRAM, CLIENT_PROGRAM, BALANCER_PROGRAM]) {
  Deno.test(`the completions of the ${program.name} have every option of its help`, {
    permissions: "none",
  }, () => {
    const described: Program<OptionTable> = program;
    const completed = completedProgram(described);
    const parts = [described, ...described.commands!.map(({ program }) => program)];
    for (const [index, part] of [completed.itself, ...completed.commands].entries()) {
      const options = listedOptions(parts[index]!.options);
      assertEquals(
        part.options.map(({ flag, help }) => [flag, help]),
        options.map(({ flag, help, valueName, default: usual }) => [
          valueName === undefined && usual !== false ? `--no-${flag}` : `--${flag}`,
          help,
        ]),
      );
      const scripts = [bashCompletions, zshCompletions].map((write) => write(completed));
      for (const { flag } of part.options) {
        for (const script of scripts) assertEquals(script.includes(flag), true, flag);
        assertEquals(fishCompletions(completed).includes(` -l ${flag.slice(2)} `), true, flag);
      }
    }
  });
}
