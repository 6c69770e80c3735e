import { createHash } from 'node:crypto'

/** The texts of a template, for providers that send approved templates only (Kakao Alimtalk). */
export interface Template {
  /** Such as `told.water-purifier.ship`. */
  readonly name: string
  /** ISO 639-1. */
  readonly language: string
  readonly values: Readonly<Record<string, string>>
}

/** The body of `POST /send`. */
export interface Send {
  readonly key: string
  readonly channel: string
  readonly to: string
  readonly text: string
  readonly subject?: string
  readonly template?: Template
}

/** What is known of a message: the provider took it, never will, or was asked and has not answered. */
export type State = 'accepted' | 'refused' | 'unknown'

/** What the provider has reported of a message that it took. */
export type Delivery = 'pending' | 'delivered' | 'failed'

/** The answer to `POST /send` and `GET /sends/{key}`, and the body of a report. */
export interface Sent {
  readonly key: string
  readonly state: State
  readonly revision: number
  readonly provider: string
  readonly message: string | null
  readonly code: string | null
  readonly delivery: Delivery
  readonly at: string
}

/** A request that is not as the protocol says; `field` is where. */
export class Malformed extends Error {
  constructor(
    readonly field: string,
    problem: string,
  ) {
    super(`${field} ${problem}`)
  }
}

const longestText = 2000
const fields = ['key', 'channel', 'to', 'text', 'subject', 'template']

/** Reads the body of `POST /send`. */
export function readSend(body: unknown): Send {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Malformed('body', 'is a JSON object')
  const given = body as Record<string, unknown>
  for (const name of Object.keys(given)) if (!fields.includes(name)) throw new Malformed(name, 'is not a field')

  const key = word(given, 'key', /^[A-Za-z0-9_-]{1,64}$/, '1 to 64 letters, digits, - and _')
  const channel = word(given, 'channel', /^[a-z]{1,20}$/, '1 to 20 small letters')
  const to =
    channel === 'email'
      ? word(given, 'to', /^[^\s@]{1,64}@[^\s@]{1,255}$/, 'an e-mail address')
      : word(given, 'to', /^\+[1-9]\d{6,14}$/, 'a phone number in E.164, such as +821012345678')
  return {
    key,
    channel,
    to,
    text: line(given['text'], 'text', longestText, true),
    ...(given['subject'] === undefined ? {} : { subject: line(given['subject'], 'subject', 200, false) }),
    ...(given['template'] === undefined ? {} : { template: readTemplate(given['template']) }),
  }
}

function readTemplate(value: unknown): Template {
  if (typeof value !== 'object' || value === null) throw new Malformed('template', 'is an object')
  const given = value as Record<string, unknown>
  const values = given['values'] ?? {}
  if (typeof values !== 'object' || values === null || Object.keys(values).length > 30)
    throw new Malformed('template.values', 'is an object of at most 30 texts')
  return {
    name: word(given, 'name', /^[a-z0-9.-]{1,100}$/, '1 to 100 small letters, digits, dots and hyphens', 'template.'),
    language: word(given, 'language', /^[a-z]{2}$/, 'two small letters', 'template.'),
    values: Object.fromEntries(
      Object.entries(values).map(([name, text]) => [name, line(text, `template.values.${name}`, 500, false)]),
    ),
  }
}

function word(given: Record<string, unknown>, name: string, form: RegExp, what: string, within = ''): string {
  const value = given[name]
  if (typeof value !== 'string' || !form.test(value)) throw new Malformed(within + name, `must be ${what}`)
  return value
}

function line(value: unknown, name: string, longest: number, isRequired: boolean): string {
  if (typeof value !== 'string' || value.length > longest || (isRequired && value.length === 0))
    throw new Malformed(name, `must be a text of at most ${longest} characters`)
  return value
}

/** Two requests under one key are the same when this is the same. */
export function digestOf(send: Send): string {
  const template = send.template
    ? [send.template.name, send.template.language, Object.entries(send.template.values).sort()]
    : null
  return createHash('sha256')
    .update(JSON.stringify([send.channel, send.to, send.text, send.subject ?? null, template]))
    .digest('base64url')
}
