/** Completions for bash. They keep to what bash 3.2 has, which is the one of macOS. Pure. */

import type { CompletedCommand, CompletedProgram, Values } from "./completions.ts";

/** The script; to be sourced. */
export function bashCompletions(program: CompletedProgram): string {
  const { executable, identifier, itself, commands } = program;
  const all = [itself, ...commands];
  const words = commands.map(({ word }) => word);
  return `# Tab for ${executable}: source <(${executable} completions bash)

_${identifier}() {
  # Bash cuts words at = : and @ as well; here they are whole again.
  local words=() count=0 glue= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $count -gt 0 && ( -n $glue || $word == [=:@]* ) ]]; then
      words[count-1]+=$word
    else
      words[count++]=$word
    fi
    if [[ $word == *[=:@] ]]; then glue=1; else glue=; fi
  done
  local current=\${COMP_WORDS[COMP_CWORD]} last=\${words[count-1]} command= first=0
  if [[ $current == [=:@] ]]; then current=; fi
  if [[ $count -gt 1 ]]; then
    case \${words[0]} in
      ${words.join("|")}) command=\${words[0]} first=1 ;;
    esac
  fi

  # The options of the command, those of them that take a value, and its arguments.
  local options= valued= arguments=() rest=anything
  case $command in
${all.map(commandCase).join("\n")}
  esac

  local flag= kind=
  if [[ $last == --*=* ]]; then
    flag=\${last%%=*}
  elif [[ $count -gt 1 && " $valued " == *" \${words[count-2]} "* ]]; then
    flag=\${words[count-2]}
  fi
  if [[ -n $flag ]]; then
    case $command$flag in
${all.flatMap(valueCases).join("\n")}
    esac
  elif [[ $last == -* ]]; then
    kind="words $options"
  else
    local place=0 at
    for ((at = first; at < count - 1; at++)); do
      case \${words[at]} in
        --*=*) ;;
        -*) if [[ " $valued " == *" \${words[at]} "* ]]; then ((at++)); fi ;;
        *) ((place++)) ;;
      esac
    done
    kind=\${arguments[place]:-$rest}
    if [[ $count -eq 1 ]]; then kind="words ${words.join(" ")}"; fi
  fi

  local IFS=$'\\n'
  case $kind in
    words*) COMPREPLY=($(IFS=' '; compgen -W "\${kind#words }" -- "$current")) ;;
    files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    directories) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")) ;;
    hosts) COMPREPLY=($(compgen -A hostname -- "$current")) ;;
    *) COMPREPLY=() ;;
  esac
}

complete -F _${identifier} ${executable}
`;
}

function commandCase({ word, options, positionals }: CompletedCommand): string {
  const flags = options.map(({ flag }) => flag);
  const valued = options.filter(({ value }) => value !== undefined).map(({ flag }) => flag);
  const places = positionals.map(({ values }) => quoted(kindOf(values)));
  const last = positionals.at(-1);
  return [
    `    ${quoted(word)})`,
    `      options=${quoted(flags.join(" "))}`,
    `      valued=${quoted(valued.join(" "))}`,
    `      arguments=(${places.join(" ")})`,
    ...(last?.repeats ? [`      rest=${quoted(kindOf(last.values))}`] : []),
    "      ;;",
  ].join("\n");
}

function valueCases({ word, options }: CompletedCommand): string[] {
  return options.flatMap(({ flag, value }) =>
    value === undefined || value.values.kind === "anything"
      ? []
      : [`      ${quoted(word + flag)}) kind=${quoted(kindOf(value.values))} ;;`]
  );
}

function kindOf(values: Values): string {
  return values.kind === "words" ? `words ${values.words.join(" ")}` : values.kind;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
