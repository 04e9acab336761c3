import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

/** A parameter of the address, and how to set it without a new page in the history. */
export function useUrlParameter(
  name: string,
): [string | undefined, (value: string | undefined) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string | undefined) =>
      setParameters(
        before => {
          const after = new URLSearchParams(before);
          if (value === undefined) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [name, setParameters],
  );
  return [parameters.get(name) ?? undefined, set];
}
