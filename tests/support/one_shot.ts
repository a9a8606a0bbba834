/**
 * The client's commands for scripts, as processes of their own.
 */

import { assertMatch } from "@std/assert";
import { type ClientEnd, ClientProcess, type ServerPorts } from "./client_process.ts";

/** A user at a server on this machine, in one word. */
export function at(user: string, { tcp, udp }: ServerPorts): string {
  return `${user}@127.0.0.1:${tcp}/${udp}`;
}

/**
 * Runs a command to its end, with no input.
 *
 * @param settings the directory of the user's settings; nobody's without
 */
export async function run(args: readonly string[], settings?: string): Promise<ClientEnd> {
  await using client = new ClientProcess(args, settings);
  await client.endInput();
  return await client.ended();
}

/** Sees that there is one line, without a stack. */
export function assertOneLine(text: string): void {
  assertMatch(text, /^client[^:]*: [^\n]+\n$/);
}
