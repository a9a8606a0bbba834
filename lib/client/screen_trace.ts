/** A client's trace: on stderr, and on a terminal above what is being typed. */

import type { Trace } from "../core/ports.ts";
import type { SocketTrace } from "../net/traced_socket.ts";
import { writeToStderr } from "../observe/log.ts";
import { watchWire } from "../observe/wire_watch.ts";
import { createDescriber } from "../wire/describe.ts";
import type { Terminal } from "./terminal.ts";
import { logsToScreen } from "./tty.ts";

/** Makes a trace where the options ask for one. */
export function screenTrace(
  options: { readonly trace: boolean; readonly log: "text" | "json" },
  screen: Terminal,
): Trace | undefined {
  const write = screen.interactive && logsToScreen()
    ? (line: string): void => screen.show([{ text: line.trimEnd(), tone: "faint" }])
    : writeToStderr;
  return watchWire(options, createDescriber(), { lets: () => true, write })?.trace;
}

/** What a trace is told of a socket towards the server. */
export function clientTracing(trace: Trace, service: "buddy" | "rooms"): SocketTrace {
  return { trace, service, name: "client", own: "client", peer: () => "server" };
}
