import { assertEquals, assertRejects } from "@std/assert";
import { type CommandLine, parseCommandLine } from "../../lib/config/command_line.ts";
import { type Option, type OptionTable, text } from "../../lib/config/option.ts";
import { COMMON_OPTIONS, type Program } from "../../lib/config/program.ts";
import { UsageError } from "../../lib/core/errors.ts";

const paths: Option<readonly string[]> = {
  ...{ flag: "path", valueName: "PATH", default: [], help: "", repeatable: true },
  parse: (texts) => texts,
};

const OPTIONS = {
  buddy: text("buddy", "BUDDY", undefined, ""),
  paths,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

const WITH_ARGUMENTS: Program<typeof OPTIONS> = {
  name: "client send",
  summary: "",
  positionals: [
    { name: "BUDDY", option: "buddy", required: true },
    { name: "PATH", option: "paths", required: true, repeats: true },
  ],
  options: OPTIONS,
  examples: [],
};

/** Reads words of a program that needs arguments. */
function argumentsOf(...words: readonly string[]): Promise<CommandLine<typeof OPTIONS>> {
  return parseCommandLine(WITH_ARGUMENTS, words, () => Promise.resolve('{ "buddy": "carol" }'));
}

Deno.test("an argument that repeats takes every word that is left", {
  permissions: "none",
}, async () => {
  const { options } = await argumentsOf("bob", "a", "--", "--b", "c");
  assertEquals([options.buddy, options.paths], ["bob", ["a", "--b", "c"]]);
});

Deno.test("an argument that is needed may come from a flag or the config file", {
  permissions: "none",
}, async () => {
  assertEquals((await argumentsOf("--buddy=bob", "--path=a")).options.paths, ["a"]);
  assertEquals((await argumentsOf("--config=f", "--path=a")).options.buddy, "carol");
});

Deno.test(
  "an argument that is needed is asked for by its name",
  { permissions: "none" },
  async () => {
    for (const [words, name] of [[[], "BUDDY"], [["bob"], "PATH"]] as const) {
      const error = await assertRejects(() => argumentsOf(...words), UsageError);
      assertEquals(error.message, `${name} is missing (see client send --help)`);
    }
    assertEquals((await argumentsOf("--help")).options.help, true);
  },
);

Deno.test("a mistyped command is told the one that was meant, in its place", {
  permissions: "none",
}, async () => {
  const MISTYPED = [
    [["chek"], 'Unknown command "chek", did you mean "check"?'],
    [["che", "bob", "x"], 'Unknown command "che", did you mean "check"?'],
    [
      ["--buddy=bob", "check", "d"],
      'The command "check" comes before all options (see client send --help)',
    ],
  ] as const;
  const program = {
    ...WITH_ARGUMENTS,
    commands: [{ word: "check", help: "", program: WITH_ARGUMENTS }],
  };
  for (const [words, message] of MISTYPED) {
    const reading = (): Promise<unknown> =>
      parseCommandLine(program, words, () => Promise.reject());
    assertEquals((await assertRejects(reading, UsageError)).message, message);
  }
});
