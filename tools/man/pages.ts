/** The manual pages there are: one for each executable. */

import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CHAT_SERVER_PROGRAM } from "../../lib/config/chat_server_options.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { LOGIN_CHAT_PROGRAM } from "../../lib/config/login_chat_options.ts";
import type { OptionTable } from "../../lib/config/option.ts";
import type { Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";

/** Each executable and what it runs. */
export const MAN_PAGES: readonly {
  readonly executable: string;
  readonly program: Program<OptionTable>;
}[] = [
  { executable: "parley-server", program: SERVER_PROGRAM },
  { executable: "parley-client", program: CLIENT_PROGRAM },
  { executable: "parley-lb", program: BALANCER_PROGRAM },
  { executable: "chatserver", program: CHAT_SERVER_PROGRAM },
  { executable: "chatclient", program: LOGIN_CHAT_PROGRAM },
];
