/**
 * Where a user's own files of Parley are: `$XDG_CONFIG_HOME/parley` or `~/.config/parley`, on Windows
 * `%APPDATA%\parley`, on macOS `~/Library/Application Support/parley` unless the first one is set.
 */

/** What the place depends on. */
export interface Surroundings {
  readonly os: typeof Deno.build.os;
  /** The value of an environment variable, if it is set. */
  readonly variable: (name: string) => string | undefined;
}

const THIS_SYSTEM: Surroundings = {
  os: Deno.build.os,
  variable(name) {
    try {
      return Deno.env.get(name);
    } catch {
      return undefined; // run without the right to read it (--allow-env)
    }
  },
};

/** The directory; `undefined` where the environment does not say. It may not exist yet. */
export function userDirectory(
  { os, variable }: Surroundings = THIS_SYSTEM,
): string | undefined {
  const below = (base: string | undefined, ...names: readonly string[]): string | undefined =>
    isAbsolute(base, os) ? [base.replace(/[/\\]+$/, ""), ...names, "parley"].join("/") : undefined;
  if (os === "windows") return below(variable("APPDATA"));
  const usual = os === "darwin" ? ["Library", "Application Support"] : [".config"];
  return below(variable("XDG_CONFIG_HOME")) ?? below(variable("HOME"), ...usual);
}

/** A relative path would be another place in every directory (XDG: "must be absolute"). */
function isAbsolute(path: string | undefined, os: Surroundings["os"]): path is string {
  return (os === "windows" ? /^(?:[a-z]:)?[/\\]/i : /^\//).test(path ?? "");
}
