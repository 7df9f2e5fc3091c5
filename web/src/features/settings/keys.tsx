import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { ApiKey, Scope } from "@/api/types";
import { useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm, Dialog } from "@/ui/dialog";
import { Check, Field, Input } from "@/ui/field";
import { Secret, Unread } from "@/ui/note";
import { Section } from "@/ui/page";

const SCOPES: Scope[] = ["read", "write", "admin"];

export function Keys({ denied }: { denied: string | null }) {
  const t = useText();
  const s = t.settings;
  const client = useQueryClient();
  const { when } = useTimes(60_000);
  const list = useQuery({ ...q.apiKeys(), enabled: !denied });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const again = () => void client.invalidateQueries({ queryKey: keys.apiKeys });
  const revoke = useAct(
    (k: ApiKey) => api.revokeKey(k.id),
    () => {
      setRevoking(null);
      again();
    },
  );
  if (denied) return null;
  return (
    <Section
      title={s.keys}
      hint={s.keysHint}
      side={<Button onClick={() => setMaking(true)}>{s.createKey}</Button>}
    >
      {!list.data ? (
        <Unread query={list} rows={1} />
      ) : list.data.items.length === 0 ? (
        <p className="text-ink2">{s.keysNone}</p>
      ) : (
        <ul className="grid gap-2">
          {list.data.items.map((k) => (
            <li key={k.id} className="flex flex-wrap items-center justify-between gap-2">
              <span className="min-w-0">
                <span className="font-medium">{k.name}</span>{" "}
                <code className="text-s text-ink2">{k.prefix}…</code>
                <span className="block text-s text-ink2">
                  {k.scopes.map((x) => s.scopes[x] ?? x).join(", ")} ·{" "}
                  {k.revoked_at !== null
                    ? s.keyRevoked
                    : k.last_used_at === null
                      ? s.keyUnused
                      : s.keyUsed(when(k.last_used_at))}
                </span>
              </span>
              {k.revoked_at === null && (
                <Button kind="quiet" aria-label={`${s.revoke}: ${k.name}`} onClick={() => setRevoking(k)}>
                  {s.revoke}…
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {making && <Make onClose={() => setMaking(false)} onDone={again} />}
      {revoking && (
        <Confirm
          title={s.revokeTitle(revoking.name)}
          what={s.revokeWhat}
          act={s.revoke}
          busy={revoke.isPending}
          onDo={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(null)}
        />
      )}
    </Section>
  );
}

function Make({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const t = useText();
  const s = t.settings;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [secret, setSecret] = useState<string | null>(null);
  const act = useAct(
    () => api.createKey({ name: name.trim(), scopes }),
    (made) => {
      setSecret(made.secret);
      onDone();
    },
  );
  if (secret)
    return (
      <Dialog title={s.keyTitle} onClose={onClose}>
        <p className="mb-3">{s.keyWhat}</p>
        <Secret value={secret} label={s.key} />
        <div className="mt-4 flex justify-end">
          <Button onClick={onClose}>{t.common.close}</Button>
        </div>
      </Dialog>
    );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!act.isPending && scopes.length > 0) act.mutate(undefined);
  };
  return (
    <Dialog title={s.createKey} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <Field label={s.keyName}>
          <Input required maxLength={80} value={name} onChange={(e) => setName(e.target.value)} autoFocus />
        </Field>
        <fieldset>
          <legend className="text-s font-medium text-ink2">{s.scopesLabel}</legend>
          {SCOPES.map((x) => (
            <Check
              key={x}
              label={s.scopes[x]}
              checked={scopes.includes(x)}
              onChange={(e) =>
                setScopes((all) => (e.target.checked ? [...all, x] : all.filter((y) => y !== x)))
              }
            />
          ))}
        </fieldset>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button
            type="submit"
            kind="primary"
            busy={act.isPending}
            why={scopes.length === 0 ? s.scopesLabel : null}
          >
            {s.createKey}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
