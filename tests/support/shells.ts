/**
 * Real shells, asked what Tab makes of a command line.
 */

import { ROOT } from "./process.ts";
import { TempDir } from "./temp_dir.ts";

/** Shells that may be there. */
export type Shell = "bash" | "zsh" | "fish";

/** How long a shell may take; it is ended then. */
const PATIENCE_MS = 60_000;

/** Whether a shell is there. */
async function isThere(shell: Shell): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Shells that are not there, each with why its tests are skipped. */
export const MISSING_SHELLS: ReadonlyMap<Shell, string> = new Map(
  (await Promise.all((["bash", "zsh", "fish"] as const).map(async (shell) => {
    const why = await isThere(shell) ? undefined : `${shell} is not there`;
    return [shell, why] as const;
  }))).flatMap(([shell, why]) => why === undefined ? [] : [[shell, why] as const]),
);

/** Runs the words of bash's own splitting through the function that Tab calls. */
const BASH = `
source "$1"; function=$(complete -p "$2"); function=\${function#*-F }; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
\${function%% *}
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Types into a zsh on a terminal of its own, and lists what the completion adds. */
const ZSH = `
zmodload zsh/zpty
zpty tab zsh -f -i
read-until() { local text; while zpty -r tab text; do [[ $text == *$1* ]] && return; done }
zpty -w tab "PS1= PS2= zle_highlight=(); stty -echo; autoload -Uz compinit; compinit -D -u"
zpty -w tab "source '$1'"
zpty -w tab 'list() { compadd() {
  local -a found; builtin compadd -O found "$@"; print -r -l -- "+"\${^found} >> '$3'; builtin compadd "$@"
}; }; list'
zpty -w tab 'done-listing() { zle kill-whole-line; print -r -- done >> '$3' }; zle -N done-listing'
zpty -w tab "bindkey '^X' done-listing; bindkey '^I' complete-word; echo READY-NOW | tr - _"
read-until READY_NOW
zpty -w -n tab "$2"$'\\t\\x18'
while ! grep -q done "$3" 2>/dev/null; do sleep 0.01; done
zpty -d tab
grep -a '^+' "$3" | sed 's/^+//' | sort -u
`;

const FISH = `source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''`;

/** The completions of an executable, for one shell. */
export class Completions implements AsyncDisposable {
  readonly #shell: Shell;
  readonly #directory: TempDir;
  #asked = 0;

  private constructor(shell: Shell, directory: TempDir) {
    this.#shell = shell;
    this.#directory = directory;
  }

  /** Has a program print them. */
  static async of(script: string, shell: Shell): Promise<Completions> {
    const directory = await TempDir.make();
    const config = `--config=${ROOT}/deno.json`;
    const args = ["run", "--quiet", "--no-prompt", "--frozen", "--ignore-env", config];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, `${ROOT}/${script}`, "completions", shell],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await Deno.writeFile(`${directory.path}/completions`, stdout);
    return new Completions(shell, directory);
  }

  /** What Tab offers behind these words, the last of which is begun. Sorted. */
  async after(...words: readonly string[]): Promise<string[]> {
    const script = `${this.#directory.path}/completions`;
    const found = `${this.#directory.path}/found${this.#asked++}`;
    const line = words.join(" ");
    const ARGS: Readonly<Record<Shell, string[]>> = {
      bash: ["--norc", "-c", BASH, "bash", script, ...words],
      zsh: ["-f", "-c", ZSH, "zsh", script, line, found],
      fish: ["--no-config", "-c", FISH, script, line],
    };
    const { stdout, stderr } = await new Deno.Command(this.#shell, {
      args: ARGS[this.#shell],
      cwd: this.#directory.path,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    const told = new TextDecoder().decode(stderr);
    if (told !== "") throw new Error(told);
    return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "").sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}
