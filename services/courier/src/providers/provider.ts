import type { Delivery, Send } from '../protocol.js'

/** What a provider said to a message. */
export type Outcome =
  /** It took the message, and knows it by this id. */
  | { readonly kind: 'accepted'; readonly message: string }
  /** It never will take it. */
  | { readonly kind: 'refused'; readonly code: string }
  /** It certainly has not taken it, and can be asked again. */
  | { readonly kind: 'not-taken'; readonly code: string; readonly retryAfter: number }
  /** It was asked, and what it did cannot be told. */
  | { readonly kind: 'unknown'; readonly code: string }

/** A message whose fate is to be found out. */
export interface Asked {
  readonly key: string
  readonly to: string
  readonly text: string
  /** When the provider was asked, in milliseconds since 1970. */
  readonly at: number
}

/** What a provider reports of one message. */
export interface Report {
  readonly key: string
  readonly message: string
  readonly delivery: Delivery
  readonly code: string | null
}

/** A report as it arrives over HTTP. */
export interface Incoming {
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Carries messages. An implementation never repeats a request by itself: a repetition could be a second message. */
export interface Provider {
  readonly name: string
  /** The most messages a second; null is without limit. */
  readonly perSecond: number | null
  send(send: Send): Promise<Outcome>
  /** Asks whether the provider answers at all, by something that changes nothing. */
  answers(): Promise<boolean>
  /**
   * The ids of the messages of the provider that can be the one that was asked for; null where it cannot be asked now. That there is
   * none does not prove that there will be none.
   */
  find(asked: Asked): Promise<readonly string[] | null>
  /** Reads a report; null when it does not come from the provider. */
  read?(incoming: Incoming): readonly Report[] | null
}
