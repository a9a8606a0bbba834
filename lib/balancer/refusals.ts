/** Why clients were not served, as they are counted. Pure. */

import type { Refusal } from "../net/admission.ts";
import { type HandshakeFault, noHandshakeFaults } from "../net/handshake_faults.ts";
import type { NoPlace } from "./waiting_line.ts";

/** Why a client was not let in, or could not be served; there are no others. */
export type RefusalReason =
  | Refusal
  | "the address is not allowed"
  /** From another balancer: none came, or it could not be read. */
  | "no valid PROXY header"
  | `TLS handshake failed: ${HandshakeFault}`
  | NoPlace
  /** This balancer could not connect, which is no backend's fault. */
  | "own trouble";

/** How many were not served, by reason. */
export type Refusals = Record<RefusalReason, number>;

const REASONS: readonly RefusalReason[] = [
  ...["too many connections", "too many from this address", "too fast"] as const,
  ...["the address is not allowed", "no valid PROXY header"] as const,
  ...["no backend is left to try", "every backend is full"] as const,
  ...["the backend that has the room takes no connections"] as const,
  ...["too many clients wait already", "own trouble"] as const,
];

/** None so far, of each reason there is; those of TLS only where there is TLS. */
export function noRefusals(hasTls: boolean): Refusals {
  const faults = hasTls ? Object.keys(noHandshakeFaults()) : [];
  const reasons = [...REASONS, ...faults.map((fault) => `TLS handshake failed: ${fault}`)];
  return Object.fromEntries(reasons.map((reason) => [reason, 0])) as Refusals;
}
