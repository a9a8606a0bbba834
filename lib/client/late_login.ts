/**
 * Logging in when the server was not there at the start: it is tried again until it is.
 */

import type { UserId } from "../core/user_id.ts";
import { retry, type Retrying } from "./retrying.ts";
import type { ScreenLine } from "./screen_line.ts";
import { loginWaitsLine } from "./screens.ts";
import type { ServerLink } from "./server_link.ts";

/** Resolves with whether the server is there; false when the person did something else first. */
export async function serverIsBack(
  link: ServerLink,
  user: UserId,
  reason: string,
  { givenUp, show, pause }: {
    readonly givenUp: Promise<unknown>;
    readonly show: (line: ScreenLine) => void;
    readonly pause?: Retrying["pause"];
  },
): Promise<boolean> {
  const offered = await retry(reason, () => link.capabilities(), {
    givenUp,
    waits: (why, milliseconds) => show(loginWaitsLine(user, why, milliseconds)),
    ...(pause && { pause }),
  });
  return offered !== undefined;
}
