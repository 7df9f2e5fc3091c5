import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { InboxItem } from "@/api/types";
import { useText } from "@/lib/i18n";
import { navigate } from "@/lib/router";
import { useAct } from "@/ui/act";

/** What a person can do with an inbox item; afterwards the lists are read again. */
export function useItemActs() {
  const t = useText();
  const client = useQueryClient();
  const again = () => {
    for (const key of [keys.inbox, keys.overview, ["call"]]) void client.invalidateQueries({ queryKey: key });
  };
  return {
    take: useAct((i: InboxItem) => api.take(i.id), again),
    acknowledge: useAct((i: InboxItem) => api.acknowledge(i.id), again),
    accept: useAct(
      (i: InboxItem) => api.accept(i.escalation ?? ""),
      (esc, i) => {
        again();
        navigate({ to: "/calls/$id", params: { id: i.call ?? esc.call } });
        return t.call.taken;
      },
      () => {
        again();
      },
    ),
    close: useAct(
      ({ item, ...body }: { item: InboxItem; outcome: string; note?: string }) =>
        api.closeItem(item.id, body),
      again,
    ),
  };
}
