/**
 * Programs that refuse to run as root, and where they are.
 */

/** The user for them when the tests run as root: `nobody`, who owns nothing. */
const NOBODY = { uid: 65534, gid: 65534 } as const;

/** The first of these programs that is there; `undefined` when none is. */
export function findProgram(...paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Directories a program may be in. */
export const PROGRAM_DIRECTORIES = ["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"];

/** Gives a directory to the user such programs run as. */
export async function giveAway(path: string): Promise<void> {
  if (await ownUid() === 0) await Deno.chown(path, NOBODY.uid, NOBODY.gid);
}

/** A command that runs such a program, as another user where the tests run as root. */
export async function unprivileged(
  program: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args">,
): Promise<Deno.Command> {
  const words = [program, ...args];
  const prefix = await ownUid() === 0
    ? ["setpriv", `--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, "--clear-groups"]
    : [];
  const [first = program, ...rest] = [...prefix, ...words];
  return new Deno.Command(first, { ...options, args: rest });
}

let uid: number | undefined;

async function ownUid(): Promise<number> {
  if (uid === undefined) {
    const { stdout } = await new Deno.Command("id", { args: ["-u"], stdin: "null" }).output();
    uid = Number(new TextDecoder().decode(stdout).trim());
  }
  return uid;
}
