import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { stays } from './asking'
import { told, type Refusal } from './client'

interface Page<T> {
  items: T[]
  next: string | null
}

/** Under which a list is kept. */
export const keyOfList = (key: QueryKey, language: string) => [...key, 'parts', language]

/** A list that is asked for part by part, newest first. */
export function useList<T, P extends Page<T>>(key: QueryKey, ask: (cursor: string | undefined) => Promise<{ data?: P; error?: unknown; response: Response }>, enabled = true) {
  const { i18n } = useTranslation()
  const asked = useInfiniteQuery<P, Refusal, { items: P['items'][number][]; first: P | undefined }, QueryKey, string | undefined>({
    queryKey: keyOfList(key, i18n.language),
    queryFn: ({ pageParam }) => told(ask(pageParam)),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    select: (all) => ({ items: all.pages.flatMap((page) => page.items), first: all.pages[0] }),
    placeholderData: stays([...key, 'parts']) as never,
    enabled,
  })
  return asked
}

/** Asks for a list part by part, to its end. */
export async function everyPart<T, P extends Page<T>>(ask: (cursor: string | undefined) => Promise<{ data?: P; error?: unknown; response: Response }>) {
  const parts: P[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const part = await told(ask(cursor))
    parts.push(part)
    cursor = part.next
  }

  return parts
}
