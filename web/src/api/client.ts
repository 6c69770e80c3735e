import createClient, { type Middleware } from 'openapi-fetch'
import i18n from '../texts'
import type { components, paths } from '../../generated/schema'

export type Shape = components['schemas']
export type Trade = Shape['TradeView']
export type Listing = Shape['ListingView']
export type Kind = Shape['KindView']

/** A "no" of the market: a problem document, and after how many seconds it is worth asking again. */
export class Refusal extends Error {
  constructor(
    readonly problem: Partial<Shape['Problem']> & { status: number },
    readonly retryAfter: number | null,
  ) {
    super(problem.title ?? String(problem.status))
  }

  get code() {
    return this.problem.code ?? 'unreachable'
  }

  /** What is wrong, by the name of the field. */
  get fields(): Record<string, string> {
    return Object.fromEntries(Object.entries((this.problem.errors ?? {}) as Record<string, string[]>).map(([name, wrong]) => [name, wrong.join(' ')]))
  }
}

const speaksTheLanguage: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', i18n.language)
  },
}

const client = createClient<paths>({ baseUrl: '/', fetch: (request: Request) => fetch(request) })
client.use(speaksTheLanguage)

export const { GET, POST, PUT, PATCH, DELETE } = client

/** What an answer holds; a refusal is thrown. */
export async function told<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer
  try {
    answer = await asked
  } catch {
    // Nobody answered: neither the market nor a gateway before it.
    throw new Refusal({ status: 0 }, null)
  }

  const { data, error, response } = answer
  if (response.ok) {
    return data as T
  }

  const after = Number(response.headers.get('Retry-After'))
  throw new Refusal({ ...(error as Shape['Problem'] | undefined), status: response.status }, after > 0 ? after : null)
}

/** A key under which a command has one effect, however often it is sent. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
