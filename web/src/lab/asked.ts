import { useAsked, useCommand } from '../api/asking'
import { GET, POST, type Shape } from '../api/client'
import { useMe, useSandbox } from '../api/session'

/** What can go wrong here, and does while it is switched on. The market rings the clock when somebody switches. */
export function useFaults() {
  return useAsked(['clock', 'faults'], () => GET('/api/sandbox/faults'), useSandbox())
}

export function useSwitch() {
  return useCommand((which: Record<string, boolean>, key) => POST('/api/sandbox/faults', { body: which, params: { header: { 'Idempotency-Key': key } } }), 'clock')
}

export function useForward() {
  return useCommand((forward: string, key) => POST('/api/sandbox/clock', { body: { forward }, params: { header: { 'Idempotency-Key': key } } }), 'clock')
}

/** The trades that have not come to their end: one's own, or for operators those of everybody. */
export function useOpenTrades() {
  const me = useMe()
  return useAsked<{ items: Shape['TradeListed'][] }>(
    ['trade', 'open', me?.id],
    () => (me?.isOperator ? GET('/api/operator/views/trades', { params: { query: { limit: 100 } } }) : GET('/api/my/trades', { params: { query: { limit: 100 } } })),
    !!me,
  )
}
