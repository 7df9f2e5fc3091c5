import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { DEFAULTS } from "./api/queries";
import { onLeave, watchSession } from "./api/session";
import { App } from "./app";
import "./app.css";
import { loadLanguage } from "./lib/i18n";
import { go } from "./lib/router";

async function start(): Promise<void> {
  if (import.meta.env.MODE === "mock") (await import("../mock/browser")).install();
  await loadLanguage();
  const client = new QueryClient({ defaultOptions: DEFAULTS });
  watchSession(client);
  onLeave(() => {
    const at = location.pathname + location.search;
    if (location.pathname !== "/sign-in") go(`/sign-in?next=${encodeURIComponent(at)}`);
  });
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
