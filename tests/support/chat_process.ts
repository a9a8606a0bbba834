/**
 * The login chat as processes: the real server, and the real client driven by lines.
 */

import { ClientProcess } from "./client_process.ts";
import { ServerProcess, type SpawnOptions } from "./server_process.ts";

/** A server for the login chat, and its port. */
export type ChatServerProcess = ServerProcess & { readonly chat: number };

/** Starts a server with the login chat on a free port, files in `directory`. */
export async function startChatServer(
  directory: string,
  args: readonly string[] = ["--services=chat"],
  options: SpawnOptions = {},
): Promise<ChatServerProcess> {
  const server = await ServerProcess.start(directory, ["--chat-port=0", ...args], options);
  return Object.assign(server, { chat: (server.ports["chat"] as { readonly tcp: number }).tcp });
}

/** What the client asks for an operation with. */
export const OPERATION = "Operation (PM, DM, WHO, EX):\n";

/** Starts `client.ts chat` and types the password. */
export async function startChatClient(
  port: number,
  user: string,
  password = "secret words",
  args: readonly string[] = [],
): Promise<ClientProcess> {
  const client = new ClientProcess(["chat", "127.0.0.1", String(port), user, ...args]);
  await client.types(password);
  return client;
}

/** Starts `client.ts chat`, which must get in. */
export async function enterChat(
  port: number,
  user: string,
  password = "secret words",
  args: readonly string[] = [],
): Promise<ClientProcess> {
  const client = await startChatClient(port, user, password, args);
  try {
    await client.sees(`ogged in as ${user.toLowerCase()}.`);
    await client.sees(OPERATION);
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
  return client;
}
