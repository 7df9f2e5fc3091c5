import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { retryRead } from "./api/queries";
import { onLeave, watchSession } from "./api/session";
import "./app.css";
import { loadLanguage } from "./lib/i18n";
import { makeRouter } from "./router";

async function start(): Promise<void> {
  if (import.meta.env.MODE === "mock") (await import("../mock/browser")).install();
  await loadLanguage();
  const client = new QueryClient({
    defaultOptions: {
      // The log keeps what is shown current; reading again by age would only repeat it.
      queries: { staleTime: 30_000, retry: retryRead, refetchOnWindowFocus: false, throwOnError: false },
    },
  });
  const router = makeRouter(client);
  watchSession(client);
  onLeave(() => {
    const at = router.state.location;
    if (at.pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: at.href } });
  });
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
