/**
 * Small text files that belong to one user: read whole, written whole or not at all, for nobody
 * else's eyes.
 */

/** The most that is read of one, in bytes: larger ones are none of ours. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads a file; `undefined` when there is none.
 *
 * @throws Error saying why it cannot be read
 */
export async function readOwnFile(
  path: string,
  maxBytes: number = MAX_BYTES,
): Promise<string | undefined> {
  try {
    using file = await Deno.open(path, { read: true });
    const bytes = new Uint8Array(maxBytes + 1);
    let length = 0;
    for (let count; (count = await file.read(bytes.subarray(length)));) length += count;
    if (length > maxBytes) throw new RangeError(`it has more than ${maxBytes} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof TypeError) throw new Error("it is no text", { cause: error });
    throw error;
  }
}

/**
 * Writes a file beside its place and puts it there when it is whole, for its owner only. Missing
 * directories are made, for their owner only.
 *
 * @throws Error saying why it cannot be written
 */
export async function writeOwnFile(path: string, text: string): Promise<void> {
  await makeDirectoryOf(path);
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeDraft(draft, text);
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

/**
 * Adds a line to a file, for its owner only; a new file, and missing directories, are made.
 *
 * @param head what a new file begins with
 * @throws Error saying why it cannot be written
 */
export async function appendOwnFile(path: string, line: string, head: string): Promise<void> {
  await makeDirectoryOf(path);
  using file = await Deno.open(path, { append: true, create: true, mode: 0o600 });
  const { size } = await file.stat();
  // One write, so that lines of two programs stay apart.
  await file.write(new TextEncoder().encode(size === 0 ? head + line : line));
  await file.sync();
}

async function makeDirectoryOf(path: string): Promise<void> {
  const directory = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
}

async function writeDraft(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}
