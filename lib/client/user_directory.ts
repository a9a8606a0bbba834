/**
 * Where a user's own files of Parley are: `$XDG_CONFIG_HOME/parley` or `~/.config/parley`, on Windows
 * `%APPDATA%\parley`, on macOS `~/Library/Application Support/parley` unless the first one is set.
 */

import { OperationalError } from "../core/errors.ts";

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
export function userDirectory(surroundings: Surroundings = THIS_SYSTEM): string | undefined {
  return directoryFor("XDG_CONFIG_HOME", [".config"], surroundings);
}

/** The same for what is kept between runs and not worth a backup: `~/.local/state/parley`. */
export function stateDirectory(surroundings: Surroundings = THIS_SYSTEM): string | undefined {
  return directoryFor("XDG_STATE_HOME", [".local", "state"], surroundings);
}

/**
 * A path as somebody types it, with their home directory for a `~` in front, as a shell has it. A
 * name that does begin so can be typed as `./~`.
 *
 * @throws OperationalError when the environment does not say where that is
 */
export function typedPath(typed: string, { os, variable }: Surroundings = THIS_SYSTEM): string {
  if (!/^~(?:\/|$)/.test(typed)) return typed;
  const home = variable("HOME");
  if (!isAbsolute(home, os)) {
    throw new OperationalError(
      `Cannot tell where "${typed}" is: HOME is not set; type the whole path`,
    );
  }
  return home.replace(/[/\\]+$/, "") + typed.slice(1) || "/";
}

/** @param usual where it is below the home directory, on systems that follow XDG */
function directoryFor(
  variableName: string,
  usual: readonly string[],
  { os, variable }: Surroundings,
): string | undefined {
  const below = (base: string | undefined, ...names: readonly string[]): string | undefined =>
    isAbsolute(base, os) ? [base.replace(/[/\\]+$/, ""), ...names, "parley"].join("/") : undefined;
  if (os === "windows") return below(variable("APPDATA"));
  const names = os === "darwin" ? ["Library", "Application Support"] : usual;
  return below(variable(variableName)) ?? below(variable("HOME"), ...names);
}

/** A relative path would be another place in every directory (XDG: "must be absolute"). */
function isAbsolute(path: string | undefined, os: Surroundings["os"]): path is string {
  return (os === "windows" ? /^(?:[a-z]:)?[/\\]/i : /^\//).test(path ?? "");
}
