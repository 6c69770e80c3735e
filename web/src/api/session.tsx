import { DELETE, GET, POST, told, type Shape } from './client'
import { queries, useCommand, useAsked } from './asking'
import { listen } from './live'

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
      listen()
    }

    return answer
  }, 'person')
}

export async function signOut() {
  await told(DELETE('/api/session'))
  queries.clear()
  listen()
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
