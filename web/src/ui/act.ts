import { useMutation } from "@tanstack/react-query";
import { say, sayError } from "./say";

/** An action of the reader: busy while under way, one line when done or refused. */
export function useAct<A, R>(
  run: (arg: A) => Promise<R>,
  done?: (result: R, arg: A) => string | null | undefined | void,
  failed?: (error: unknown, arg: A) => boolean | void,
) {
  return useMutation({
    mutationFn: run,
    retry: false,
    onSuccess: (result, arg) => {
      const text = done?.(result, arg);
      if (text) say(text);
    },
    onError: (error, arg) => {
      if (failed?.(error, arg) !== true) sayError(error);
    },
  });
}
