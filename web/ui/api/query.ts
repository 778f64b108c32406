import {
  QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { getMe } from '#contracts/http/identity.ts';
import { leaveSession } from '#contracts/http/sessions.ts';
import type { Operation } from '#contracts/operation.ts';
import { type Answered, call, type Input } from './call.ts';
import { ApiProblem } from './problem.ts';
import { onSessionOver } from './session.ts';

const passing = new Set(['unreachable', 'unavailable', 'deadline_exceeded', 'internal_error']);

export function makeQueryClient(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      // A browser that takes itself for offline asks all the same: so it is told that there is no answer, and by what.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 15_000,
        retry: (count, error) => count < 2 && error instanceof ApiProblem && passing.has(error.code),
      },
    },
  });
  onSessionOver(() => {
    if (queries.getQueryData(keyOf(getMe, {})) === undefined) return;
    // The cookies are of no use any more. While nobody can be reached they stay, and nobody is the wiser.
    void call(leaveSession, {}).then(
      () => forgetUser(queries),
      () => undefined,
    );
  });
  return queries;
}

/** Nobody is signed in any more: nothing that was kept is anybody else's. */
export async function forgetUser(queries: QueryClient): Promise<void> {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== getMe.name });
  await queries.resetQueries({ queryKey: keyOf(getMe) });
}

/** Under which answers of an operation are kept: the operation alone stands for all of them. */
export function keyOf<O extends Operation>(operation: O, input?: Input<O>): readonly unknown[] {
  return input === undefined ? [operation.name] : [operation.name, input];
}

/** Asks, and keeps the answer. */
export function useApi<O extends Operation>(
  operation: O,
  input: Input<O> = {},
  options: {
    readonly enabled?: boolean;
    /** Asks again that often; it may depend on what is there. */
    readonly refetchMs?: number | false | ((known: Answered<O> | undefined) => number | false);
    readonly staleMs?: number;
  } = {},
): UseQueryResult<Answered<O>, ApiProblem> {
  return useQuery<Answered<O>, ApiProblem>({
    queryKey: keyOf(operation, input),
    queryFn: ({ signal }) => call(operation, input, signal),
    enabled: options.enabled ?? true,
    refetchInterval: (query) => {
      const { refetchMs = false } = options;
      return typeof refetchMs === 'function' ? refetchMs(query.state.data) : refetchMs;
    },
    ...(options.staleMs === undefined ? {} : { staleTime: options.staleMs }),
  });
}

interface List<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

type ItemOf<O extends Operation> = Answered<O> extends List<infer Item> ? Item : never;

/** Asks for a list page by page; `items` are those of all pages so far. */
export function useApiList<O extends Operation>(
  operation: O,
  input: Input<O> = {},
  options: { readonly enabled?: boolean; readonly refetchMs?: number | false } = {},
): UseInfiniteQueryResult<unknown, ApiProblem> & { readonly items: readonly ItemOf<O>[] | undefined } {
  const result = useInfiniteQuery<
    List<ItemOf<O>>,
    ApiProblem,
    { pages: List<ItemOf<O>>[] },
    readonly unknown[],
    string | null
  >({
    queryKey: [...keyOf(operation, input), 'list'],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...input.query, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return (await call(operation, { ...input, query } as Input<O>, signal)) as unknown as List<ItemOf<O>>;
    },
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs ?? false,
  });
  return { ...result, items: result.data?.pages.flatMap(({ data }) => data) };
}

/**
 * Changes something. Where the contract asks for an Idempotency-Key, one attempt keeps its key until it has an answer, so that
 * pressing again after a lost answer has no second effect.
 */
export function useAct<O extends Operation>(
  operation: O,
  options: { readonly onDone?: (answer: Answered<O>) => void; readonly onProblem?: (problem: ApiProblem) => void } = {},
) {
  const attempt = useRef<{ readonly of: string; readonly key: string } | undefined>(undefined);
  return useMutation<Answered<O>, ApiProblem, Input<O>>({
    mutationFn: async (input) => {
      if (operation.idempotencyKey === undefined) return call(operation, input);
      const of = JSON.stringify([input.params, input.body]);
      if (attempt.current?.of !== of) attempt.current = { of, key: newKey() };
      try {
        const answer = await call(operation, { ...input, idempotencyKey: attempt.current.key });
        attempt.current = undefined;
        return answer;
      } catch (error) {
        // A refusal is an answer too; only what may have happened unseen keeps its key.
        if (error instanceof ApiProblem && !isUncertain(error)) attempt.current = undefined;
        throw error;
      }
    },
    ...(options.onDone && { onSuccess: options.onDone }),
    ...(options.onProblem && { onError: options.onProblem }),
  });
}

/** `crypto.randomUUID` is for https alone. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isUncertain({ code, status }: ApiProblem): boolean {
  return code === 'unreachable' || code === 'unintelligible' || code === 'request_in_progress' || status >= 500;
}
