/** All addresses of the dashboard; each page is its own file to load. */
import { type Page, page } from "./lib/router";

export const PAGES: readonly Page[] = [
  page("/", true, () => import("./routes/overview")),
  page("/calls", true, () => import("./routes/calls")),
  page("/calls/$id", true, () => import("./routes/call")),
  page("/inbox", true, () => import("./routes/inbox")),
  page("/knowledge", true, () => import("./routes/knowledge")),
  page("/receptionist", true, () => import("./routes/receptionist")),
  page("/call", true, () => import("./routes/browser-call")),
  page("/team", true, () => import("./routes/team")),
  page("/settings", true, () => import("./routes/settings")),
  page("/audit", true, () => import("./routes/audit")),
  page("/system", true, () => import("./routes/system")),
  page("/demo", true, () => import("./routes/demo")),
  page("/sign-in", false, () => import("./routes/sign-in")),
  page("/welcome/$token", false, () => import("./routes/welcome")),
];
