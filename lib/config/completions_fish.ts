/** Completions for fish. Pure. */

import type { CompletedCommand, CompletedProgram, Values } from "./completions.ts";

/** The script; to be sourced. */
export function fishCompletions(program: CompletedProgram): string {
  const { executable, identifier, itself, commands } = program;
  const all = [itself, ...commands];
  const at = `__${identifier}_at`;
  const words = commands.map(({ word }) => word);
  const lines = all.flatMap((command) => commandLines(executable, at, command));
  return `# Tab for ${executable}: ${executable} completions fish | source

# Whether the command is the one given, and so many arguments stand before the cursor.
function ${at}
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    if set -q words[1]; and contains -- $words[1] ${words.join(" ")}
        set command $words[1]
        set -e words[1]
    end
    test "$command" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    set -l place 0
    set -l is_value 0
    for word in $words
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch $word
            case '--*=*'
            case '-*'
                if contains -- "$command$word" ${all.flatMap(valuedFlags).join(" ")}
                    set is_value 1
                end
            case '*'
                set place (math $place + 1)
        end
    end
    test $place $argv[2] $argv[3]
end

complete -c ${executable} -f
${
    commands.map(({ word, help }) =>
      `complete -c ${executable} -n "${at} '' -eq 0" -a ${word} -d ${quoted(help)}`
    ).join("\n")
  }
${lines.join("\n")}
`;
}

function valuedFlags({ word, options }: CompletedCommand): string[] {
  return options.filter(({ value }) => value !== undefined).map(({ flag }) => word + flag);
}

function commandLines(executable: string, at: string, command: CompletedCommand): string[] {
  const here = `complete -c ${executable} -n "${at} '${command.word}'`;
  const options = command.options.map(({ flag, help, value }) => {
    const takes = value === undefined ? "" : ` ${offer(value.values, "-x")}`;
    return `${here}" -l ${flag.slice(2)}${takes} -d ${quoted(help)}`;
  });
  const positionals = command.positionals.flatMap(({ values, repeats }, place) =>
    values.kind === "anything"
      ? []
      : [`${here} ${repeats ? "-ge" : "-eq"} ${place}" ${offer(values, "")}`]
  );
  return [...options, ...positionals];
}

/** How the values are offered; an option that takes one is marked. */
function offer(values: Values, mark: "-x" | ""): string {
  switch (values.kind) {
    case "words":
      return `${mark} -a ${quoted(values.words.join(" "))}`.trim();
    case "files":
      return mark === "" ? "-F" : "-r -F";
    case "directories":
      return `${mark} -a '(__fish_complete_directories)'`.trim();
    case "hosts":
      return `${mark} -a '(__fish_print_hostnames)'`.trim();
    case "anything":
      return mark;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
