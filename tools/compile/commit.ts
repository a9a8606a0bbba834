/** The commit the executables are told to be made of. */

import { COMMIT_DIGITS, UNKNOWN_COMMIT } from "../../lib/config/commit.ts";

/** The commit that is checked out; one with changes on top says so, and without git nobody knows. */
export async function commitHere(): Promise<string> {
  const name = await git("rev-parse", `--short=${COMMIT_DIGITS}`, "HEAD");
  const changes = await git("status", "--porcelain", "--untracked-files=no");
  if (name === undefined || changes === undefined) return UNKNOWN_COMMIT;
  return changes === "" ? name : `${name} and changes`;
}

/** What git prints; `undefined` when it refuses, or is not there. */
async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    const command = new Deno.Command("git", { args: [...args], stdin: "null", stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
