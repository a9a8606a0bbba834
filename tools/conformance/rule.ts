/**
 * A rule of a protocol, and whether a server keeps it. Whoever wrote the server, in whatever
 * language: only what crosses the wire counts.
 */

/**
 * How much a rule weighs. A must is a rule of docs/protocols: who breaks it speaks another protocol,
 * even where some clients forgive it. A should is good for somebody, a may is a courtesy.
 */
export type Level = "must" | "should" | "may";

/** A rule, as a teacher would read it out, and how it is tried. */
export interface Rule {
  readonly level: Level;
  readonly text: string;
  /** Tries it; throws a {@linkcode Violation} when it is broken. */
  readonly check: (server: Server) => Promise<void>;
}

/** The server under test. */
export interface Server {
  readonly host: string;
  readonly tcp: number;
  /** Where a protocol has datagrams. */
  readonly udp: number;
}

/** What came of a rule. */
export interface Verdict {
  readonly rule: Rule;
  /** What was wrong; `undefined` when the rule is kept. */
  readonly broken: string | undefined;
}

/** A rule that was broken. The message says what was sent, expected and seen. */
export class Violation extends Error {
  /** Kept when the code is minified. */
  override readonly name = "Violation";
}

/** Tries rules one after the other: they must not disturb each other. */
export async function* judge(rules: readonly Rule[], server: Server): AsyncGenerator<Verdict> {
  for (const rule of rules) {
    try {
      await rule.check(server);
      yield { rule, broken: undefined };
    } catch (error) {
      if (!(error instanceof Violation) && !isOfNetwork(error)) throw error;
      yield { rule, broken: (error as Error).message };
    }
  }
}

/** A server that cannot be reached, or goes away in the middle, breaks the rule that was tried. */
function isOfNetwork(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.TimedOut;
}

/** Does a part of a rule; what goes wrong says which part it was. @throws Violation */
export async function about<T>(what: string, part: () => Promise<T>): Promise<T> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof Violation) && !isOfNetwork(error)) throw error;
    throw new Violation(`${what}: ${(error as Error).message}`);
  }
}

/** Requires what a server gave to be what a rule says. @throws Violation */
export function expect(what: string, seen: unknown, expected: unknown): void {
  const [is, should] = [shown(seen), shown(expected)];
  if (is !== should) throw new Violation(`${what}: expected ${should}, got ${is}`);
}

/** Requires a text to be like a pattern. @throws Violation */
export function expectLike(what: string, seen: string | undefined, pattern: RegExp): void {
  if (seen === undefined || !pattern.test(seen)) {
    throw new Violation(`${what}: expected something like ${pattern}, got ${shown(seen)}`);
  }
}

/** A value as it stands in a message: text in quotes, its control characters escaped. */
export function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

let made = 0;

/** A user id nobody has registered here before. */
export function newId(): string {
  return `t${Date.now().toString(36)}${(made++).toString(36)}`;
}
