import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { DELETE, GET, POST, Refusal, told, type Shape } from './client'
import { askAgain, queries, useAsked, useCommand } from './asking'
import { forgetOthers } from './kept'
import { listen } from './live'

export type Person = Shape['PersonAnswer']

/** The person who is signed in; null when signed out, undefined until that is known. */
export function useMe(): Person | null | undefined {
  // The answer is the same in every language, so a component that is drawn first while the language changes has it at once.
  const me = useQuery<Person, Refusal>({ queryKey: ['person', 'me'], queryFn: () => told(GET('/api/people/me')) })
  return me.error?.code === 'unauthenticated' ? null : me.data
}

/** Answers that are the same for everyone. All others are dropped when another person signs in, or when the person signs out. */
const ofEverybody = ['clock', 'kind']

/** The tabs of one browser share a session: each tells the others that it has changed. */
const tabs = new BroadcastChannel('session')

/** The person whose data this tab shows; null when it shows the signed-out pages, undefined until that is known. */
function shown(): Person | null | undefined {
  const [found] = queries.getQueryCache().findAll({ queryKey: ['person', 'me'], type: 'active' })
  return (found?.state.data as Person | undefined) ?? (found?.state.status === 'error' ? null : undefined)
}

/** Drops everything that the previous person could see or has typed, and fetches what is on the screen again. */
function becomeAnother(person?: string) {
  forgetOthers(person)
  listen()
  void queries.resetQueries({ predicate: ({ queryKey: [first] }) => !ofEverybody.includes(String(first)) })
}

/** Signs in by e-mail and password, or in the sandbox by name. If it is the same person again, the screen and its forms stay. */
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
        becomeAnother(answer.data.person.id)
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
 * The person who has signed in in another tab, or null if that tab has signed out; undefined while it is still the person whose data this tab
 * shows. Forms in this tab keep their content.
 */
export function useOtherTab(): Person | null | undefined {
  const [other, setOther] = useState<Person | null>()
  useEffect(() => {
    const ask = async () => {
      const now = await told(GET('/api/people/me')).catch((refusal: unknown) => (refusal instanceof Refusal && refusal.code === 'unauthenticated' ? null : undefined))
      // Without an answer nothing is known about the other tab.
      if (now !== undefined) {
        setOther(now?.id === shown()?.id ? undefined : now)
      }
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
