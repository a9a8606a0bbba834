/**
 * Which commit a program was made of. An executable carries it; a program that runs from its
 * sources asks the files of git beside them, because it may not start `git`.
 */

/** Where `deno task compile` writes it, to be packed into the executables. */
export const COMMIT_FILE = "dist/commit.txt";

/** Where nobody can tell: no git, or no permission to read its files. */
export const UNKNOWN_COMMIT = "unknown";

/** How much of a commit's name is told. */
export const COMMIT_DIGITS = 12;

const ROOT = new URL("../../", import.meta.url);

/** What `--version` says of the commit: `commit 58de0847a1b2`, `commit unknown, from source`. */
export async function madeOf(): Promise<string> {
  if (!Deno.build.standalone) return `commit ${await commitOfSources(ROOT)}, from source`;
  const commit = await readIfThere(new URL(COMMIT_FILE, ROOT));
  return `commit ${commit ?? UNKNOWN_COMMIT}`;
}

/**
 * The commit that is checked out in a directory, {@linkcode UNKNOWN_COMMIT} when that cannot be
 * told. What was changed and not committed is not seen.
 *
 * @param root the directory, ending in a slash
 */
export async function commitOfSources(root: URL): Promise<string> {
  // Where a repository has several work trees, `.git` is a file that names the directory.
  const link = await readIfThere(new URL(".git", root));
  const git = directoryAt(link?.replace(/^gitdir: /, "") ?? ".git", root);
  const head = await readIfThere(new URL("HEAD", git));
  const reference = /^ref: (refs\/[\w./-]+)$/.exec(head ?? "")?.[1];
  const name = reference === undefined ? head : await commitOf(reference, git);
  return /^[0-9a-f]{40,64}$/.test(name ?? "") ? name!.slice(0, COMMIT_DIGITS) : UNKNOWN_COMMIT;
}

async function commitOf(reference: string, git: URL): Promise<string | undefined> {
  const common = directoryAt(await readIfThere(new URL("commondir", git)) ?? ".", git);
  const loose = await readIfThere(new URL(reference, common));
  if (loose !== undefined) return loose;
  const packed = await readIfThere(new URL("packed-refs", common)) ?? "";
  return packed.split("\n").find((line) => line.endsWith(` ${reference}`))?.split(" ")[0];
}

function directoryAt(path: string, from: URL): URL {
  return new URL(`${encodeURI(path)}/`, from);
}

/** The text of a file without its end; `undefined` for one that cannot be read, for any reason. */
async function readIfThere(file: URL): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(file)).trimEnd();
  } catch {
    return undefined;
  }
}
