import { useEffect, useState } from 'react'
import { DELETE, GET, POST, told, type Shape } from './client'
import { askAgain, queries, useAsked, useCommand } from './asking'
import { listen } from './live'

export type Person = Shape['PersonAnswer']

/** Who is signed in: null if nobody is, undefined until it is known. */
export function useMe(): Person | null | undefined {
  const me = useAsked(['person', 'me'], () => GET('/api/people/me'))
  return me.error?.code === 'unauthenticated' ? null : me.data
}

/** What is the same for every reader. Everything else is forgotten when another person signs in or out. */
const ofEverybody = ['clock', 'kind']

/** The tabs of one browser share a session: each tells the others that it has changed. */
const tabs = new BroadcastChannel('session')

/** The person that this tab shows things for; undefined if it has shown nothing yet, null if it has shown them to nobody in particular. */
function shown(): Person | null | undefined {
  const [found] = queries.getQueryCache().findAll({ queryKey: ['person', 'me'], type: 'active' })
  return (found?.state.data as Person | undefined) ?? (found?.state.status === 'error' ? null : undefined)
}

/** Nothing stays of what the person before could see; what is on the screen is asked for again. */
function becomeAnother() {
  listen()
  void queries.resetQueries({ predicate: ({ queryKey: [first] }) => !ofEverybody.includes(String(first)) })
}

/** Signs in by e-mail and password, or in the sandbox by name. Whoever signs in again as the same person keeps what is on the screen. */
export function useSignIn() {
  return useCommand(async (who: Shape['SandboxSignIn']) => {
    const before = shown()
    const answer = await POST('/api/session', { body: who })
    if (answer.data) {
      tabs.postMessage('changed')
      if (before?.id === answer.data.person.id) {
        listen()
        void askAgain('person', 'trade', 'notice', 'listing')
      } else {
        becomeAnother()
      }
    }

    return answer
  })
}

export function useSignOut() {
  return useCommand(async () => {
    const answer = await DELETE('/api/session')
    if (answer.response.ok) {
      tabs.postMessage('changed')
      becomeAnother()
    }

    return answer
  })
}

/**
 * Who is signed in since another tab signed in or out: null if nobody is, and undefined as long as it is still the person whose things this tab
 * shows. What is typed into a form here stays.
 */
export function useOtherTab(): Person | null | undefined {
  const [other, setOther] = useState<Person | null>()
  useEffect(() => {
    const ask = async () => {
      const now = await told(GET('/api/people/me')).catch(() => null)
      setOther(now?.id === shown()?.id ? undefined : now)
    }
    const hear = () => void ask()
    tabs.addEventListener('message', hear)
    return () => tabs.removeEventListener('message', hear)
  }, [])
  return other
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
