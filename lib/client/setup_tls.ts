/** What `setup` asks about TLS, once a server has answered. */

import type { TlsWishes } from "../config/client_tls_options.ts";
import type { ServerPlace } from "../config/login_address.ts";
import { reasonOf } from "../core/errors.ts";
import type { Questions } from "./questions.ts";
import { type MaybeSecure, securePlace, type TrustWorld } from "./secure_place.ts";
import type { Finding } from "./setup_checks.ts";

/** What asking needs. */
export interface TlsQuestionWorld extends TrustWorld {
  readonly questions: Questions;
  /** Tells what was found out. */
  readonly say: (finding: Finding) => void;
}

/**
 * Asks whether to speak TLS, where the server does, and trusts it then. The place is one without TLS
 * when the person does not want it; `distrusted` when the server is not to be trusted, `undefined` when
 * there are no more answers.
 */
export async function settleTls(
  place: ServerPlace,
  offersTls: boolean,
  wishes: TlsWishes,
  { questions, say, ...world }: TlsQuestionWorld,
): Promise<MaybeSecure<ServerPlace> | "distrusted" | undefined> {
  if (!offersTls && wishes.tlsPort === undefined) {
    if (!wishes.tls) return place;
    // Or somebody in between has taken the word out of its answer.
    const text = "It offers no TLS: whoever sees the network reads what is said to it.";
    say({ isGood: false, text });
    const isWanted = await questions.confirm("Go on without TLS?", false);
    return isWanted ? place : isWanted === false ? "distrusted" : undefined;
  }
  const isWanted = await questions.confirm(
    "Speak TLS with it, so that nobody reads your requests",
    true,
  );
  if (!isWanted) return isWanted === undefined ? undefined : place;
  try {
    return await securePlace(place, { ...wishes, tls: true }, world);
  } catch (error) {
    say({ isGood: false, text: `${reasonOf(error)}.` });
    return "distrusted";
  }
}
