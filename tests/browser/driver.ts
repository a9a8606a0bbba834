/**
 * Drives a browser, as a process of its own: `playwright-core` needs permissions that tests do not
 * have, and what stands in the lock file of the project would be packed into the executables.
 *
 * Commands come as lines of JSON on stdin, answers go to stdout, one line for each, in any order:
 *
 * ```
 * {"id":1,"page":"new","options":{"colorScheme":"dark"}}   {"id":1,"value":0}
 * {"id":2,"page":0,"call":"goto","args":["http://..."]}     {"id":2,"value":null}
 * ```
 */

/** Pinned here and in `deno.lock` beside; not named literally, so that it is in no other lock file. */
const PLAYWRIGHT = ["npm:playwright-core", "1.65.1"].join("@");

/** A page of a browser as far as this file knows it: its methods by name. */
type Callable = Record<string, (...args: readonly unknown[]) => Promise<unknown>>;

interface Browser {
  newContext(options: unknown): Promise<{ newPage(): Promise<Callable> }>;
  close(): Promise<void>;
}

interface Command {
  readonly id: number;
  readonly page: number | "new";
  readonly options?: unknown;
  readonly call?: string;
  readonly args?: readonly unknown[];
}

const { chromium } = await import(PLAYWRIGHT);
// Nothing but this machine is looked at, and as root there is no sandbox to be had.
const browser: Browser = await chromium.launch({
  executablePath: Deno.args[0],
  args: ["--no-sandbox", "--disable-gpu"],
});
const pages: Callable[] = [];

async function obey({ page, options, call = "", args = [] }: Command): Promise<unknown> {
  if (page === "new") {
    const context = await browser.newContext(options);
    return pages.push(await context.newPage()) - 1;
  }
  // `keyboard.press` is a method of a part of the page.
  const [method = "", ...parts] = call.split(".").reverse();
  const target = parts.reverse().reduce(
    (whole, part) => whole[part] as unknown as Callable,
    pages[page]!,
  );
  const value = await target[method]!(...args);
  return isPlain(value) ? value : null;
}

/** Whether a value can go through JSON: pictures and handles stay here. */
function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value) ||
    Array.isArray(value) ||
    (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype);
}

function answer(id: number, answer: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ id, ...answer }) + "\n"));
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const command: Command = JSON.parse(line);
    obey(command).then(
      (value) => answer(command.id, { value }),
      (error: unknown) => answer(command.id, { error: String(error) }),
    );
  }
}
await browser.close();
Deno.exit(0);
