import { QueryClient, useMutation, useQuery, type QueryKey } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import i18n from '../texts'
import { GET, newKey, Refusal, told, type Kind } from './client'

/**
 * What is asked is kept until the live stream says that it changed: nothing is asked again by time, focus or chance. The first part of a key says what it
 * is about: trade, listing, notice, clock, person or kind; or several of them with a blank between.
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Requests fail at once when offline. The default would hold them back and send them later, unseen.
      networkMode: 'always',
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (times, error) => times < 3 && navigator.onLine && error instanceof Refusal && (error.problem.status === 0 || error.problem.status === 503),
      retryDelay: (times, error) => 1000 * ((error instanceof Refusal && error.retryAfter) || 2 ** times),
    },
    mutations: { networkMode: 'always' },
  },
})

/** Requests that failed while offline are sent again when the network is back. */
addEventListener('online', () => void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' }))

/** Asks anew for all that is shown about some of these. */
export function askAgain(...about: string[]) {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [first] }) =>
      String(first)
        .split(' ')
        .some((word) => about.includes(word)),
  })
}

/** What was asked for in another language stays until it is here in this one, and with it the forms that stand in it. */
export const stays =
  (key: QueryKey) =>
  <T>(before: T | undefined, query: { queryKey: QueryKey } | undefined) =>
    JSON.stringify(query?.queryKey.slice(0, -1)) === JSON.stringify(key) ? before : undefined

/** Answers are kept by the language that they were asked in. */
const inLanguage = <T>(key: QueryKey, ask: () => Promise<{ data?: T; error?: unknown; response: Response }>, language: string) => ({
  queryKey: [...key, language],
  queryFn: () => told(ask()),
})

/** Asks in the language of the page, and again when that changes. */
export function useAsked<T>(key: QueryKey, ask: () => Promise<{ data?: T; error?: unknown; response: Response }>, enabled = true) {
  const { i18n } = useTranslation()
  return useQuery<T, Refusal>({ ...inLanguage(key, ask, i18n.language), placeholderData: stays(key) as never, enabled })
}

/** Asks for something before it is drawn, so that it is there when it is. */
export const askBefore = <T>(key: QueryKey, ask: () => Promise<{ data?: T; error?: unknown; response: Response }>) => queries.prefetchQuery(inLanguage(key, ask, i18n.language))

/** One listing, as its reader sees it: what to ask, and under which key it is kept. */
export const listingOf = (id: string) => [['listing trade', id], () => GET('/api/listings/{id}', { params: { path: { id } } })] as const

/**
 * A command. It keeps its Idempotency-Key until it is settled, so that pressing the button again after a broken connection never does a thing twice.
 * @param changes what it changes, by the first word of the keys
 */
export function useCommand<Given, T>(send: (given: Given, key: string) => Promise<{ data?: T; error?: unknown; response: Response }>, ...changes: string[]) {
  const key = useRef(newKey())
  const last = useRef('')
  return useMutation<T, Refusal, Given>({
    mutationFn: (given) => {
      // Another command than the one that is not settled is not the same one once more.
      const now = JSON.stringify(given)
      if (now !== last.current) {
        key.current = newKey()
        last.current = now
      }

      return told(send(given, key.current))
    },
    onSettled: (_, refused) => {
      if (!refused || (refused.problem.status !== 0 && refused.problem.status < 500)) {
        key.current = newKey()
      }

      // The answer itself is not kept as what is shown: what is asked for anew may be newer already, and was once overwritten by it.
      // After a session has ended the page keeps its data and forms, so that the person can sign in and continue.
      return refused?.code === 'unauthenticated' ? undefined : askAgain(...changes)
    },
  })
}

/** Every kind of trade there is, as its table says. */
export function useKinds() {
  return useAsked(['kind'], () => GET('/api/kinds'))
}

/** One kind of trade, or undefined as long as it is not known. */
export function useKind(name: string | undefined): Kind | undefined {
  return useKinds().data?.items.find((kind) => kind.kind === name)
}
