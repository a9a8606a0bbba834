/** Completions for zsh. Pure. */

import type {
  CompletedArgument,
  CompletedCommand,
  CompletedOption,
  CompletedProgram,
  Values,
} from "./completions.ts";

/** The script; to be sourced behind `compinit`, or put into `$fpath` as `_EXECUTABLE`. */
export function zshCompletions(program: CompletedProgram): string {
  const { executable, itself, commands } = program;
  const name = `_${executable}`;
  return `#compdef ${executable}
# Tab for ${executable}: source <(${executable} completions zsh)

${name}() {
  if (( CURRENT > 2 )); then
    case $words[2] in
${commands.map((command) => dispatchCase(name, command)).join("\n")}
    esac
  fi
  _arguments \\
    '1: :${name}_commands'${specLines(itself, itself.positionals.slice(1), 2)}
}

${name}_commands() {
  local -a commands
  commands=(
${commands.map(({ word, help }) => `    ${quoted(`${word}:${escaped(help)}`)}`).join("\n")}
  )
  _describe command commands
}

${commands.map((command) => commandFunction(name, command)).join("\n\n")}

if [[ $funcstack[1] == ${name} ]]; then
  ${name} "$@"
else
  compdef ${name} ${executable}
fi
`;
}

function dispatchCase(name: string, { word }: CompletedCommand): string {
  return `      ${word}) shift words; (( CURRENT-- )); ${name}_${word}; return ;;`;
}

function commandFunction(name: string, command: CompletedCommand): string {
  const lines = specLines(command, command.positionals, 1);
  return `${name}_${command.word}() {\n  _arguments${lines}\n}`;
}

/** Specifications for `_arguments`, each on a line of its own. */
function specLines(
  { options }: CompletedCommand,
  positionals: readonly CompletedArgument[],
  first: number,
): string {
  const specs = [
    ...options.map(optionSpec),
    ...positionals.map((positional, index) => positionalSpec(positional, first + index)),
  ];
  return specs.map((spec) => ` \\\n    ${quoted(spec)}`).join("");
}

function optionSpec({ flag, help, value }: CompletedOption): string {
  if (value === undefined) return `${flag}[${escaped(help)}]`;
  return `${flag}=[${escaped(help)}]:${escaped(value.name)}:${action(value.values)}`;
}

function positionalSpec({ name, values, repeats }: CompletedArgument, place: number): string {
  return `${repeats ? "*" : place}:${escaped(name)}:${action(values)}`;
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
      return `(${values.words.join(" ")})`;
    case "files":
      return "_files";
    case "directories":
      return "_files -/";
    case "hosts":
      return "_hosts";
    case "anything":
      return " ";
  }
}

/** What would end a part of a specification does not. */
function escaped(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
