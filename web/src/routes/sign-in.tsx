import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "@/api/client";
import { api } from "@/api/endpoints";
import { enter } from "@/api/session";
import { useText } from "@/lib/i18n";
import { go, safeNext, useSearch } from "@/lib/router";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { errorWords } from "@/ui/note";

export function Page() {
  const t = useText();
  const client = useQueryClient();
  const { next } = useSearch();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.product}`;
  }, [t]);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      enter(client, await api.signIn(email.trim(), password));
      go(safeNext(next), true);
    } catch (err) {
      const w = errorWords(t, err);
      const wrong = err instanceof ApiError && err.status === 401;
      setError(wrong ? t.signIn.wrong : [w.what, w.remedy].filter(Boolean).join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-4 p-6">
      <p className="font-semibold text-accent">{t.product}</p>
      <h1 className="text-xl font-semibold">{t.signIn.title}</h1>
      <form onSubmit={submit} className="grid gap-4">
        <Field label={t.signIn.email}>
          <Input
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        </Field>
        <Field label={t.signIn.password}>
          <Input
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </Field>
        {error && (
          <p role="alert" className="text-warn">
            {error}
          </p>
        )}
        <Button type="submit" kind="primary" busy={busy}>
          {t.signIn.go}
        </Button>
      </form>
      <p className="text-s text-ink2">{t.signIn.noPassword}</p>
    </main>
  );
}
