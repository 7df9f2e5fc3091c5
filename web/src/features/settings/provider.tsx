import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Snap } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { ProviderChange, ProviderSettings, Settings } from "@/api/types";
import { useDraft } from "@/lib/draft";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Field, Input, Select } from "@/ui/field";
import { Secret } from "@/ui/note";
import { Section } from "@/ui/page";
import { State } from "@/ui/state";

/** The phone provider: what to do, addresses to copy, keys to enter, numbers, checks. */
export function Provider({ provider: p, denied }: { provider: ProviderSettings; denied: string | null }) {
  const t = useText();
  const s = t.settings;
  return (
    <Section
      title={s.provider}
      side={
        <State shape={p.configured ? "check" : "dash"} tone={p.configured ? "accent" : "calm"}>
          {p.configured ? s.providerOn : s.providerOff}
        </State>
      }
    >
      <details open={!p.configured} className="mb-4">
        <summary className="font-medium">{s.steps}</summary>
        <ol className="mt-2 grid list-decimal gap-1 pl-6 text-ink2">
          {s.step.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ol>
      </details>
      <dl className="grid gap-3">
        <div>
          <dt className="text-s font-medium text-ink2">{s.hookUrl}</dt>
          <dd>
            <Secret value={p.hook_url} label={s.hookUrl} />
          </dd>
        </div>
        <div>
          <dt className="text-s font-medium text-ink2">{s.llmUrl}</dt>
          <dd>
            <Secret value={p.llm_url} label={s.llmUrl} />
          </dd>
        </div>
      </dl>
      <Access provider={p} denied={denied} />
      <Numbers provider={p} denied={denied} />
      {p.checks.length > 0 && (
        <div className="mt-4 border-t border-line pt-4">
          <h3 className="mb-1 font-medium">{s.checks}</h3>
          <ul className="grid gap-1">
            {p.checks.map((c) => (
              <li key={c.name}>
                <State shape={c.ok ? "check" : "cross"} tone={c.ok ? "accent" : "warn"}>
                  {c.words}
                </State>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

interface AccessForm {
  base_url: string;
  public_url: string;
  api_key: string;
  public_key: string;
  org_id: string;
  auth: ProviderSettings["auth"];
  secret: string;
}

/** The form as read: what is secret never comes back. */
function accessOf(p: ProviderSettings): AccessForm {
  return {
    base_url: p.base_url,
    public_url: p.public_url,
    api_key: "",
    public_key: "",
    org_id: "",
    auth: p.auth,
    secret: "",
  };
}

function Access({ provider: p, denied }: { provider: ProviderSettings; denied: string | null }) {
  const t = useText();
  const s = t.settings;
  const client = useQueryClient();
  // Not kept outside the page: it may hold secrets.
  const draft = useDraft(accessOf(p));
  const form = draft.value;
  const set = (change: Partial<AccessForm>) => draft.set((f) => ({ ...f, ...change }));
  const act = useAct(
    (sent: AccessForm) => {
      const body: ProviderChange = { base_url: sent.base_url, public_url: sent.public_url, auth: sent.auth };
      if (sent.api_key) body.api_key = sent.api_key;
      if (sent.public_key) body.public_key = sent.public_key;
      if (sent.org_id) body.org_id = sent.org_id;
      if (sent.secret) body.secret = sent.secret;
      return api.saveProvider(body);
    },
    (result, sent) => {
      client.setQueryData<Snap<Settings>>(
        keys.settings,
        (s) => s && { ...s, value: { ...s.value, provider: result } },
      );
      draft.saved(sent, accessOf(result));
      void client.invalidateQueries({ queryKey: keys.settings });
      return t.common.saved;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!denied && !act.isPending) act.mutate(form);
  };
  return (
    <form onSubmit={submit} className="mt-4 border-t border-line pt-4">
      <fieldset disabled={Boolean(denied)} className="grid gap-4 sm:grid-cols-2">
        <Field label={s.publicUrl}>
          <Input type="url" value={form.public_url} onChange={(e) => set({ public_url: e.target.value })} />
        </Field>
        <Field label={s.baseUrl}>
          <Input type="url" value={form.base_url} onChange={(e) => set({ base_url: e.target.value })} />
        </Field>
        <Field label={s.apiKey} hint={p.has_api_key ? s.apiKeySet : undefined}>
          <Input
            type="password"
            autoComplete="off"
            value={form.api_key}
            onChange={(e) => set({ api_key: e.target.value })}
          />
        </Field>
        <Field
          label={`${s.publicKey} (${t.common.optional})`}
          hint={p.has_public_key ? s.apiKeySet : s.publicKeyHint}
        >
          <Input
            type="password"
            autoComplete="off"
            value={form.public_key}
            onChange={(e) => set({ public_key: e.target.value })}
          />
        </Field>
        <Field label={`${s.orgId} (${t.common.optional})`}>
          <Input autoComplete="off" value={form.org_id} onChange={(e) => set({ org_id: e.target.value })} />
        </Field>
        <Field label={s.auth}>
          <Select
            value={form.auth}
            onChange={(e) => set({ auth: e.target.value as ProviderSettings["auth"] })}
          >
            {Object.entries(s.auths).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={s.secret} hint={s.secretHint}>
          <Input
            type="password"
            autoComplete="off"
            value={form.secret}
            onChange={(e) => set({ secret: e.target.value })}
          />
        </Field>
        <div className="sm:col-span-2">
          <Button type="submit" kind="primary" why={denied} busy={act.isPending}>
            {t.common.save}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}

function Numbers({ provider: p, denied }: { provider: ProviderSettings; denied: string | null }) {
  const t = useText();
  const s = t.settings;
  const client = useQueryClient();
  const [number, setNumber] = useState("");
  const [provider_id, setId] = useState("");
  const [removing, setRemoving] = useState<{ id: string; number: string } | null>(null);
  const again = () => void client.invalidateQueries({ queryKey: keys.settings });
  const add = useAct(
    () => api.addNumber({ number: number.trim(), provider_id: provider_id.trim() }),
    () => {
      setNumber("");
      setId("");
      again();
    },
  );
  const remove = useAct(
    (id: string) => api.removeNumber(id),
    () => {
      setRemoving(null);
      again();
    },
  );
  return (
    <div className="mt-4 border-t border-line pt-4">
      <h3 className="mb-1 font-medium">{s.numbers}</h3>
      {p.numbers.length === 0 ? (
        <p className="text-ink2">{s.noNumbers}</p>
      ) : (
        <ul className="grid gap-1">
          {p.numbers.map((n) => (
            <li key={n.id} className="flex flex-wrap items-center justify-between gap-2">
              <span>
                <span className="font-medium">{n.number}</span>{" "}
                <span className="text-s text-ink2">{n.seen}</span>
                {n.set_up_words && (
                  <span className="block text-s">
                    <State
                      shape={n.set_up === false ? "cross" : n.set_up ? "check" : "clock"}
                      tone={n.set_up === false ? "warn" : "calm"}
                    >
                      {n.set_up_words}
                    </State>
                  </span>
                )}
              </span>
              <Button
                kind="quiet"
                why={denied}
                aria-label={`${t.common.remove}: ${n.number}`}
                onClick={() => setRemoving(n)}
              >
                {t.common.remove}…
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (!denied && !add.isPending) add.mutate(undefined);
        }}
        className="mt-3 grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]"
      >
        <Field label={s.number}>
          <Input
            required
            inputMode="tel"
            placeholder="+1…"
            disabled={Boolean(denied)}
            value={number}
            onChange={(e) => setNumber(e.target.value)}
          />
        </Field>
        <Field label={s.providerId}>
          <Input
            required
            autoComplete="off"
            disabled={Boolean(denied)}
            value={provider_id}
            onChange={(e) => setId(e.target.value)}
          />
        </Field>
        <Button type="submit" why={denied} busy={add.isPending}>
          {s.addNumber}
        </Button>
      </form>
      {removing && (
        <Confirm
          title={s.removeNumberTitle(removing.number)}
          what={s.removeNumberWhat}
          act={t.common.remove}
          busy={remove.isPending}
          onDo={() => remove.mutate(removing.id)}
          onClose={() => setRemoving(null)}
        />
      )}
    </div>
  );
}
