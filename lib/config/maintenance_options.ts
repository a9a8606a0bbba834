/** The command lines of `server.ts check`, `repair`, `import` and `export`. */

import { type OptionTable, type OptionValues, text } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";

/** The options of every maintenance command. */
export const MAINTENANCE_OPTIONS = {
  directory: text("data", "DIR", "./data", "the data directory"),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** What commands that have two directories are given beside them. */
function withOther(help: string): typeof MAINTENANCE_OPTIONS {
  const { directory, ...common } = MAINTENANCE_OPTIONS;
  const options = { directory, other: text("other", "DIR", undefined, help), ...common };
  return options;
}

const OPTIONS: Readonly<Record<MaintenanceCommand, typeof MAINTENANCE_OPTIONS>> = {
  check: MAINTENANCE_OPTIONS,
  repair: MAINTENANCE_OPTIONS,
  import: withOther("the data directory to import into; the same one unless given"),
  export: withOther("the directory to write users/ into; the same one unless given"),
};

/** The options of a maintenance command, read. */
export type MaintenanceOptions = OptionValues<typeof MAINTENANCE_OPTIONS> & {
  /** The other directory, of commands that have two. */
  readonly other?: string | undefined;
};

/** A maintenance command. */
export type MaintenanceCommand = "check" | "repair" | "import" | "export";

const SUMMARIES: Readonly<Record<MaintenanceCommand, string>> = {
  check: "Verify every line of a data directory and tell what is in it.",
  repair: "Keep every readable record of a damaged data directory, move the rest aside.",
  import: "Take over the users of an older server: a USER.txt each, a buddy per line.",
  export: "Write USER.txt files, a buddy per line, as older servers read them, into users/.",
};

const EXAMPLES: Readonly<Record<MaintenanceCommand, Program<OptionTable>["examples"]>> = {
  check: [["server check data", "counts, or the damaged lines (exit code 1)"]],
  repair: [["server repair data", "as good as it can be; servers may go on running"]],
  import: [
    ["server import olddata", "in place: the files of Parley appear beside the old ones"],
    ["server import olddata --other data", "from olddata into data"],
  ],
  export: [
    ["server export data", "into data/users/"],
    ["server export data --other backup", "into backup/users/"],
  ],
};

/** The words that make `server.ts` a maintenance command. */
export const MAINTENANCE_COMMANDS = Object.keys(SUMMARIES) as readonly MaintenanceCommand[];

/** The maintenance command a word is; `undefined` for any other word. */
export function maintenanceCommand(word: string | undefined): MaintenanceCommand | undefined {
  return MAINTENANCE_COMMANDS.find((command) => command === word);
}

/** How a maintenance command describes itself. */
export function maintenanceProgram(
  command: MaintenanceCommand,
): Program<typeof MAINTENANCE_OPTIONS> {
  return {
    name: `server ${command}`,
    summary: SUMMARIES[command],
    positionals: [{ name: "DIR", option: "directory" }],
    options: OPTIONS[command],
    examples: EXAMPLES[command],
  };
}
