/** A setting that cannot be meant. The message says which one and what to write instead. */
export class SettingsError extends Error {}

/** Which provider carries a channel to numbers or addresses with a prefix; the longest prefix wins. */
export interface Route {
  readonly channel: string
  readonly prefix: string
  readonly provider: string
}

export interface SolapiSettings {
  readonly address: string
  readonly key: string
  readonly secret: string
  /** A sender number that is registered at Solapi, digits only. */
  readonly from: string
  readonly perSecond: number
  /** What Solapi's webhook is signed with; empty refuses every report. */
  readonly webhookSecret: string
  /** Id of the Kakao channel (pfId) for Alimtalk; empty is none. */
  readonly kakaoChannel: string
  /** Path of a JSON file that maps template names to approved Alimtalk templates; empty is none. */
  readonly templates: string
}

export interface TwilioSettings {
  readonly address: string
  readonly account: string
  readonly token: string
  /** A sender number in E.164, or the id of a messaging service (MG...). */
  readonly from: string
  readonly perSecond: number
}

export interface Settings {
  readonly listen: string
  readonly port: number
  readonly redis: string
  /** Every caller of the protocol has it, and it goes with every report. */
  readonly secret: string
  readonly routes: readonly Route[]
  readonly file: string
  /** How long a provider may take to answer, in milliseconds. */
  readonly providerTimeout: number
  /** How long a key is remembered after it was last used, in milliseconds. */
  readonly keep: number
  readonly concurrency: number
  /** Where reports are pushed; empty pushes none. */
  readonly reportsTo: string
  /** Where providers reach this service from outside; empty asks them for no reports. */
  readonly publicAddress: string
  /** How long requests are still taken after SIGTERM, in milliseconds. */
  readonly drainNotice: number
  /** How long requests that run may finish after that, in milliseconds. */
  readonly drainWithin: number
  readonly solapi: SolapiSettings
  readonly twilio: TwilioSettings
}

type Environment = Readonly<Record<string, string | undefined>>

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
export const providerNames = ['solapi', 'twilio', 'file'] as const

/** Reads every setting from the environment; all mistakes are told at once. */
export function readSettings(environment: Environment): Settings {
  const mistakes: string[] = []
  const known = new Set<string>()

  function text(name: string, otherwise: string): string {
    const variable = `COURIER_${name}`
    known.add(variable)
    return environment[variable] ?? otherwise
  }

  function wholeNumber(name: string, otherwise: number, least: number, most: number): number {
    const written = text(name, String(otherwise))
    const value = /^\d+$/.test(written) ? Number(written) : NaN
    if (value >= least && value <= most) return value
    mistakes.push(`COURIER_${name} is a whole number from ${least} to ${most}, not "${written}"`)
    return otherwise
  }

  function duration(name: string, otherwise: string): number {
    const written = text(name, otherwise)
    const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(written) ?? []
    if (count !== undefined && unit !== undefined) return Number(count) * units[unit]!
    mistakes.push(`COURIER_${name} is a duration such as 500ms, 3s or 30d, not "${written}"`)
    return 0
  }

  function address(name: string, otherwise: string): string {
    const written = text(name, otherwise).replace(/\/$/, '')
    if (written !== '' && !/^https?:\/\/[^/]/.test(written))
      mistakes.push(`COURIER_${name} is an address such as http://notices:8080, not "${written}"`)
    return written
  }

  const settings: Settings = {
    listen: text('LISTEN', 'localhost'),
    port: wholeNumber('PORT', 8090, 0, 65535),
    redis: text('REDIS', 'redis://localhost:6379/0'),
    secret: text('SECRET', ''),
    routes: readRoutes(text('ROUTES', ''), mistakes),
    file: text('FILE', './messages.jsonl'),
    providerTimeout: duration('PROVIDER_TIMEOUT', '3500ms'),
    keep: duration('KEEP', '30d'),
    concurrency: wholeNumber('CONCURRENCY', 16, 1, 1000),
    reportsTo: address('REPORTS_TO', ''),
    publicAddress: address('PUBLIC_ADDRESS', ''),
    drainNotice: duration('DRAIN_NOTICE', '2s'),
    drainWithin: duration('DRAIN_WITHIN', '20s'),
    solapi: {
      address: address('SOLAPI_ADDRESS', 'https://api.solapi.com'),
      key: text('SOLAPI_KEY', ''),
      secret: text('SOLAPI_SECRET', ''),
      from: text('SOLAPI_FROM', ''),
      perSecond: wholeNumber('SOLAPI_PER_SECOND', 20, 1, 1000),
      webhookSecret: text('SOLAPI_WEBHOOK_SECRET', ''),
      kakaoChannel: text('SOLAPI_KAKAO_CHANNEL', ''),
      templates: text('SOLAPI_TEMPLATES', ''),
    },
    twilio: {
      address: address('TWILIO_ADDRESS', 'https://api.twilio.com'),
      account: text('TWILIO_ACCOUNT', ''),
      token: text('TWILIO_TOKEN', ''),
      from: text('TWILIO_FROM', ''),
      perSecond: wholeNumber('TWILIO_PER_SECOND', 10, 1, 1000),
    },
  }

  if (settings.secret.length < 16)
    mistakes.push('COURIER_SECRET is missing: write at least 16 characters, the same as Notices:Carrier:Secret')
  const used = new Set(settings.routes.map((route) => route.provider))
  for (const [provider, missing] of [
    ['solapi', missingOf({ KEY: settings.solapi.key, SECRET: settings.solapi.secret, FROM: settings.solapi.from })],
    [
      'twilio',
      missingOf({ ACCOUNT: settings.twilio.account, TOKEN: settings.twilio.token, FROM: settings.twilio.from }),
    ],
  ] as const) {
    if (used.has(provider))
      mistakes.push(...missing.map((name) => `COURIER_${provider.toUpperCase()}_${name} is missing`))
  }

  for (const name of Object.keys(environment))
    if (name.startsWith('COURIER_') && !known.has(name)) mistakes.push(`There is no setting ${name}`)
  if (mistakes.length > 0) throw new SettingsError(mistakes.join('\n'))
  return settings
}

function missingOf(values: Readonly<Record<string, string>>): string[] {
  return Object.keys(values).filter((name) => values[name] === '')
}

/** Reads `sms:+82=solapi, sms=twilio, alimtalk=solapi`. */
function readRoutes(written: string, mistakes: string[]): Route[] {
  const routes: Route[] = []
  if (written.trim() === '') {
    mistakes.push(
      'COURIER_ROUTES is missing: write which provider carries which channel, such as sms=solapi. ' +
        'sms=file only writes messages into a file, for trying out',
    )
    return routes
  }
  for (const part of written.split(',').map((word) => word.trim())) {
    const [, channel, prefix, provider] = /^([a-z]{1,20})(?::([^=]+))?=([a-z]+)$/.exec(part) ?? []
    if (channel === undefined || !providerNames.some((name) => name === provider))
      mistakes.push(`COURIER_ROUTES: "${part}" is not a channel, a prefix and a provider, such as sms:+82=solapi`)
    else routes.push({ channel, prefix: prefix ?? '', provider: provider! })
  }
  return routes
}

/** The provider of a channel for a number or address, or undefined where none carries it. */
export function providerOf(routes: readonly Route[], channel: string, to: string): string | undefined {
  return routes
    .filter((route) => route.channel === channel && to.startsWith(route.prefix))
    .sort((one, other) => other.prefix.length - one.prefix.length)[0]?.provider
}
