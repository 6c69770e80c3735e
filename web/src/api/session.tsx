import { useEffect } from 'react'
import { DELETE, GET, POST, told, type Shape } from './client'
import { askAgain, queries, useCommand, useAsked } from './asking'

export type Person = Shape['PersonAnswer']

/** Who is signed in: null when nobody is, undefined as long as it is not known. */
export function useMe(): Person | null | undefined {
  const me = useAsked(['person', 'me'], () => GET('/api/people/me'))
  return me.error?.code === 'unauthenticated' ? null : me.data
}

/** Becomes somebody: by e-mail and password, or in the sandbox by name. */
export function useSignIn() {
  return useCommand(async (who: Shape['SandboxSignIn']) => {
    const answer = await POST('/api/session', { body: who })
    if (answer.response.ok) {
      queries.clear()
    }

    return answer
  }, 'person')
}

export async function signOut() {
  await told(DELETE('/api/session'))
  queries.clear()
  await queries.invalidateQueries()
}

/** Whether people may play here: move the clock, switch faults on, be somebody else. */
export function useSandbox() {
  return useAsked(['clock'], () => GET('/api/sandbox/clock')).data !== undefined
}

/** The business time: what the market calls now. */
export function useNow(): () => number {
  const clock = useAsked(['clock'], () => GET('/api/sandbox/clock')).data
  const ahead = (clock?.aheadSeconds ?? 0) * 1000
  return () => Date.now() + ahead
}

const topics = ['trade', 'notice', 'listing', 'clock']

/** Keeps what is shown as it is: the market says what changed, and that is asked for anew. Nothing is asked while nothing happens. */
export function useLive() {
  const me = useMe()
  const known = me !== undefined
  useEffect(() => {
    if (!known) {
      return
    }

    const stream = new EventSource('/api/live')
    const changed = new Set<string>()
    let waiting: ReturnType<typeof setTimeout> | undefined
    const hear = (topic: string) => {
      // What happens at once is asked for once.
      changed.add(topic)
      waiting ??= setTimeout(() => {
        waiting = undefined
        const now = [...changed]
        changed.clear()
        void askAgain(...now)
      }, 100)
    }

    topics.forEach((topic) => stream.addEventListener(topic, () => hear(topic)))
    stream.addEventListener('reset', () => topics.forEach(hear))
    return () => {
      clearTimeout(waiting)
      stream.close()
    }
  }, [known, me?.id])
}
