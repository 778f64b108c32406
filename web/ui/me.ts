import { useQueryClient } from '@tanstack/react-query';
import { getMe } from '#contracts/http/identity.ts';
import { leaveSession } from '#contracts/http/sessions.ts';
import { type Answered, call } from './api/call.ts';
import type { ApiProblem } from './api/problem.ts';
import { forgetUser, keyOf, useApi } from './api/query.ts';
import { mayBeSignedIn } from './api/session.ts';

export type Me = Answered<typeof getMe>;

function useAskedMe() {
  return useApi(getMe, {}, { enabled: mayBeSignedIn(), staleMs: 60_000 });
}

/** Who is signed in: undefined while that is not known, null where nobody is, or where nobody says who. */
export function useMe(): Me | null | undefined {
  const { data, error } = useAskedMe();
  if (!mayBeSignedIn()) return null;
  if (data) return data;
  return error ? null : undefined;
}

/** Why nobody says who is signed in: no answer says nothing about the session, and nobody has to log in for it. */
export function useMeProblem(): { readonly problem: ApiProblem; ask(): void } | null {
  const { data, error, refetch } = useAskedMe();
  if (!mayBeSignedIn() || data || !error || error.status === 401 || error.status === 403) return null;
  return { problem: error, ask: () => void refetch() };
}

/** What is to be done once a session began or ended: nothing that was kept is anybody else's. */
export function useSessionChange(): { begun(user: Me): void; leave(): Promise<void> } {
  const queries = useQueryClient();
  return {
    begun(user) {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== getMe.name });
      // Into the same query, so that who looks at it sees it.
      queries.setQueryData(keyOf(getMe, {}), user);
    },
    async leave() {
      await call(leaveSession, {});
      await forgetUser(queries);
    },
  };
}
