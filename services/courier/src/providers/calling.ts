import { messageOf } from '../log.js'

/** An answer of a provider, whole, or why there is none. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown; readonly retryAfter: number }
  /** No connection was made, so nothing can have been taken. */
  | { readonly kind: 'unreached'; readonly code: string }
  /** The request may have arrived. */
  | { readonly kind: 'unheard'; readonly code: string }

/** Faults of a connection that was never made. */
const unreached = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

const longestAnswer = 1024 * 1024

/** Asks a provider once. */
export async function call(url: string, timeout: number, request: RequestInit): Promise<Answer> {
  try {
    // A connection of its own for each request: what a provider sends unasked on a kept one must not be taken for the next answer.
    const answer = await fetch(url, {
      ...request,
      headers: { ...request.headers, connection: 'close' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    })
    const text = await answer.text()
    if (text.length > longestAnswer) return { kind: 'unheard', code: 'answer-too-long' }
    return {
      kind: 'answered',
      status: answer.status,
      body: parse(text),
      retryAfter: Math.min(Math.max(Number(answer.headers.get('retry-after')) || 1, 1), 60),
    }
  } catch (fault) {
    const code = codeOf(fault)
    return { kind: unreached.has(code) ? 'unreached' : 'unheard', code }
  }
}

/** What JSON says, or undefined where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function codeOf(fault: unknown): string {
  if (fault instanceof Error && fault.name === 'TimeoutError') return 'timeout'
  const cause: unknown = fault instanceof Error ? fault.cause : undefined
  // Of a host with several addresses every one was tried.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  const code = typeof first === 'object' && first !== null && 'code' in first ? first.code : undefined
  return typeof code === 'string' ? code : messageOf(fault)
}

/** A member of something that was read from JSON, or undefined. */
export function member(value: unknown, ...path: (string | number)[]): unknown {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[name]
  }
  return at
}
