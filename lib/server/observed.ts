/** A running server as its status port shows it: who is online, rooms, the login chat, its stores. */

import type { Observed } from "../observe/status_view.ts";
import type { RunningServer } from "./start.ts";

/** What there is to see of a server. */
export interface ObservedServer extends Observed {
  /** Says from now on that it takes nothing new. */
  stopping(): void;
}

/** Makes a server visible. */
export function observeServer(server: RunningServer): ObservedServer {
  let isStopping = false;
  const troubles = (): string[] => {
    const { store, sharing } = server.health();
    return [
      ...(isStopping ? ["draining: the server is being stopped"] : []),
      ...(store.writable ? [] : [`read-only: ${store.reason}`]),
      ...(sharing === null || sharing.isShared ? [] : [`degraded: ${sharing.reason}`]),
    ];
  };
  return {
    program: "Parley server",
    stopping() {
      isStopping = true;
    },
    troubles,
    state: () => ({ ports: server.ports, ...server.health() }),
    families: () => [],
    activities: () => [],
    view: () => ({ tiles: [], tables: [] }),
  };
}
