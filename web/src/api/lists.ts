import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { told, type Refusal } from './client'

interface Page<T> {
  items: T[]
  next: string | null
}

/** A list that is asked for part by part, newest first. */
export function useList<T, P extends Page<T>>(key: QueryKey, ask: (cursor: string | undefined) => Promise<{ data?: P; error?: unknown; response: Response }>, enabled = true) {
  const { i18n } = useTranslation()
  const asked = useInfiniteQuery<P, Refusal, { items: P['items'][number][]; first: P | undefined }, QueryKey, string | undefined>({
    queryKey: [...key, 'parts', i18n.language],
    queryFn: ({ pageParam }) => told(ask(pageParam)),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    select: (all) => ({ items: all.pages.flatMap((page) => page.items), first: all.pages[0] }),
    enabled,
  })
  return asked
}
