/**
 * Examples in the documents of the protocols. What a block of code is, its first line tells:
 *
 * ```
 * samples TABLE [KIND]   rows of a table of `tests/samples/`: the bytes in quotes, then the row's name;
 *                        with a kind, what the bytes are read as
 * exchange               requests of the buddy protocol, each followed by its reply, which goes on in
 *                        lines that begin with blanks; SET is a datagram, and has none
 * chat                   requests of alice in the login chat, each followed by its answer, and what
 *                        there is to say of it; bob and carol are online
 * frames                 frames of the room protocol: a request, then both of its answer, and so on
 * grammar, story, json   for people: nothing compares it
 * ```
 */

import { joinBytes } from "../../lib/core/bytes.ts";
import { latin1 } from "../samples/sample.ts";

/** An example: bytes, and which row of which table they are. */
export interface PageSample {
  readonly table: string;
  /** What the bytes are read as, where the page says so. */
  readonly kind: string | undefined;
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** The samples of a page. @throws SyntaxError for a line that is none */
export function samplesIn(page: string): PageSample[] {
  return [...page.matchAll(/^```samples (\w+)(?: (\w+))?\n([^]*?)^```$/gm)]
    .flatMap(([, table, kind, content]) =>
      rowsOf(content!).map((row) => ({ table: table!, kind, ...row }))
    );
}

/** Requests for rooms and their answers, both frames of each as they follow each other. */
export function roomExchangesIn(page: string): { request: Uint8Array; answer: Uint8Array }[] {
  return [...page.matchAll(/^```frames\n([^]*?)^```$/gm)].flatMap(([, content]) => {
    const rows = rowsOf(content!);
    return rows.flatMap(({ bytes, name }, index) => {
      if (!name.startsWith("request")) return [];
      const answer = rows.slice(index + 1, index + 3).map(({ bytes }) => bytes);
      return [{ request: bytes, answer: joinBytes(answer) }];
    });
  });
}

/** The rows of a block: bytes in quotes, and what they are. */
function rowsOf(content: string): { readonly bytes: Uint8Array; readonly name: string }[] {
  return content.trimEnd().split("\n").map((line) => {
    const [, text, name] = /^"(.*)" {2,}(.+)$/.exec(line) ?? [];
    if (text === undefined) throw new SyntaxError(`Cannot read the sample: ${line}`);
    return { bytes: bytesOf(text), name: name! };
  });
}

/** A request and its reply, which may have several lines. */
export type Exchanged = readonly [request: string, reply: string];

/** Requests and replies of a page, in blocks that belong together. */
export function exchangesIn(page: string, kind: "exchange" | "chat"): Exchanged[][] {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, content]) => {
      const exchanges: Exchanged[] = [];
      for (const line of content!.trimEnd().split("\n")) {
        const [request = "", reply = ""] = line.split(/ {2,}/);
        const [before, beginning] = request === "" ? exchanges.pop()! : [request, undefined];
        exchanges.push([before, beginning === undefined ? reply : `${beginning}\n${reply}`]);
      }
      return exchanges;
    },
  );
}

/** What the blocks of a page say they are, in their order; nothing for one that does not say. */
export function blockKinds(page: string): string[] {
  return [...page.matchAll(/^```(\w*)[^\n]*\n[^]*?^```$/gm)].map(([, kind]) => kind!);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

/** One character for each byte, as on the page: `\xe9`, `\n`, and `x{4097}` for many of them. */
export function bytesOf(text: string): Uint8Array {
  const repeated = text.replace(
    /(\\x[0-9a-f]{2}|\\.|.)\{(\d+)\}/g,
    (_, one: string, count: string) => one.repeat(Number(count)),
  );
  return latin1(repeated.replace(
    /\\(?:x([0-9a-f]{2})|(.))/g,
    (_, hex?: string, letter = "") =>
      hex === undefined ? ESCAPES[letter] ?? letter : String.fromCharCode(Number.parseInt(hex, 16)),
  ));
}

/** What a row's bytes are read as, in one word. */
export function kindOf(expected: unknown): string {
  if (expected === undefined) return "ignored";
  if (typeof expected === "boolean") return expected ? "yes" : "no";
  if (typeof expected !== "object" || expected === null) return String(expected);
  if ("kind" in expected) return String(expected.kind);
  return "code" in expected ? String(expected.code) : "list";
}
