/** The version of Parley: it stands in `deno.json`, and nowhere else. */

import settings from "../../deno.json" with { type: "json" };

/** Of the whole project, as semantic versioning has it. */
export const VERSION: string = settings.version;
