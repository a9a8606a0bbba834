/** The options of the login chat service, for every program that runs it. */

import { DEFAULT_CHAT_LIMITS as LIMITS } from "../core/limits.ts";
import { type OptionTable, port, seconds, wholeNumber } from "./option.ts";

/** Every option of the login chat. */
export const CHAT_OPTIONS = {
  chatPort: port("chat-port", 9092, "login chat over TCP; 0 asks the system for a free port"),
  maxClients: wholeNumber(
    "max-clients",
    LIMITS.maxClients,
    { min: 1, max: 1_000_000 },
    "login chat clients connected at once",
  ),
  minPassword: wholeNumber(
    "min-password",
    LIMITS.minPassword,
    { min: 1, max: 256 },
    "least length of a new password in characters",
  ),
  loginDeadlineSeconds: seconds(
    "login-deadline",
    LIMITS.loginDeadlineSeconds,
    "seconds a login chat client has to log in",
  ),
} satisfies OptionTable;
