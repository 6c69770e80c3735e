import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useAsked } from '../api/asking'
import { GET, POST, type Shape } from '../api/client'

/** Somebody of the sandbox for whom the tour acts, beside whoever looks at it. */
export interface Actor {
  id: string
  name: string
  token: string
}

/** As whom something is asked: by a token, so that whoever is signed in here stays who they are. */
export const as = (actor: Actor) => ({ headers: { Authorization: `Bearer ${actor.token}` }, credentials: 'omit' as const })

/** Who sells and who buys on the tour: the first two people of the samples. */
export function useTroupe() {
  const people = useAsked(['person', 'samples'], () => GET('/api/sandbox/people'))
  const [sells, buys] = people.data?.items.filter((person) => !person.isOperator) ?? []
  const seller = useActor(sells)
  const buyer = useActor(buys)
  return {
    seller: seller.data,
    buyer: buyer.data,
    refused: people.error ?? seller.error ?? buyer.error,
    again: () => void Promise.all([people.refetch(), seller.refetch(), buyer.refetch()]),
  }
}

function useActor(person: Shape['SamplePerson'] | undefined) {
  return useAsked<Actor>(
    ['tour', 'person', person?.id],
    async () => {
      const { data, ...rest } = await POST('/api/session', { body: { person: person!.name }, credentials: 'omit' })
      return data ? { ...rest, data: { id: data.person.id, name: data.person.name, token: data.token } } : { ...rest }
    },
    person !== undefined,
  )
}

/** Keeps what an actor sees as it is. The stream of the page itself tells only what concerns whoever is signed in. */
export function useLiveAs(actor: Actor | undefined) {
  const asked = useQueryClient()
  useEffect(() => {
    if (!actor) {
      return
    }

    const leaving = new AbortController()
    let waiting: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      // What happens at once is looked at once.
      waiting ??= setTimeout(() => {
        waiting = undefined
        void asked.invalidateQueries({ queryKey: ['tour', 'seen'] })
      }, 100)
    }
    void follow(actor, leaving.signal, look)
    return () => {
      clearTimeout(waiting)
      leaving.abort()
    }
  }, [actor, asked])
}

/** Reads the events of an actor; when the stream ends it is taken up again, and everything is looked at once more. */
async function follow(actor: Actor, leaving: AbortSignal, changed: () => void) {
  while (!leaving.aborted) {
    try {
      const answer = await fetch('/api/live', { ...as(actor), signal: leaving })
      const lines = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
      changed()
      for (let said = await lines.read(); !said.done; said = await lines.read()) {
        if (!said.value.startsWith('event: ping')) {
          changed()
        }
      }
    } catch {
      // The market is away, or the page is left.
    }

    if (!leaving.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 2000))
    }
  }
}
