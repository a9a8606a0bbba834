/** `SHA256SUMS`, as `sha256sum --check` reads it. */

/** The SHA-256 of a file, in hexadecimal. */
async function sumOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A line for each of these files of a folder. */
export async function sumsOf(folder: string, names: readonly string[]): Promise<string> {
  let lines = "";
  // One after the other: an executable has a hundred megabytes.
  for (const name of names) lines += `${await sumOf(`${folder}/${name}`)}  ${name}\n`;
  return lines;
}

/**
 * Writes the sums of the files of a folder that have this version in their names, those of an
 * earlier build for another target included.
 */
export async function writeSums(folder: string, version: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder)))
    .map(({ name }) => name)
    .filter((name) => name.includes(`-${version}-`))
    .sort();
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, await sumsOf(folder, names));
}
