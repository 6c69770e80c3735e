import { readFileSync } from 'node:fs'
import { Book, BookAway } from './book.js'
import { log, messageOf } from './log.js'
import { Loop } from './looping.js'
import { Metrics } from './metrics.js'
import { FileProvider } from './providers/file.js'
import type { Provider } from './providers/provider.js'
import { type AlimtalkTemplate, Solapi } from './providers/solapi.js'
import { Twilio } from './providers/twilio.js'
import { Reporting } from './reporting.js'
import { resolveUnknown } from './resolving.js'
import { Sending } from './sending.js'
import { Door } from './server.js'
import { type Settings, SettingsError, readSettings } from './settings.js'

/** How much longer than a provider may take a message is held by the process that sends it: Redis is asked before and after. */
const margin = 2500
const looksEvery = 250

async function run(settings: Settings): Promise<void> {
  const book = new Book(settings.redis, settings.secret, settings.keep, settings.providerTimeout + margin)
  const metrics = new Metrics()
  const providers = providersOf(settings)
  const { routes, concurrency, providerTimeout } = settings
  const sending = new Sending(book, providers, routes, concurrency, providerTimeout, metrics)
  const door = new Door(settings.secret, book, sending, providers, metrics)
  const isEnding = (): boolean => door.isLeaving
  const loops = [new Loop('Asking for unknown messages', looksEvery, () => resolveUnknown(book, providers, isEnding))]
  const reporting = settings.reportsTo === '' ? null : new Reporting(book, settings.reportsTo, settings.secret)
  if (reporting !== null) {
    loops.push(new Loop('Pushing reports', looksEvery, () => reporting.turn()))
  }
  const server = await door.listen(settings.port, settings.listen)
  const place = server.address()
  const port = typeof place === 'object' ? place?.port : undefined

  const stop = async (notice: number): Promise<void> => {
    if (door.isLeaving) return
    door.isLeaving = true
    log('info', 'Stopping.', { open: sending.count })
    // What sends requests here has so long to notice that it should not.
    await new Promise((done) => setTimeout(done, notice))
    const closed = new Promise((done) => server.close(done))
    server.closeIdleConnections()
    await Promise.race([closed, new Promise((done) => setTimeout(done, settings.drainWithin))])
    if (reporting !== null) reporting.isEnding = true
    await Promise.all(loops.map((loop) => loop.stop()))
    book.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop(settings.drainNotice))
  process.on('SIGINT', () => void stop(0))

  // Without Redis it is alive, and not ready.
  await book.connect()
  const weakness = await whenItAnswers(() => book.weakness())
  if (weakness !== null) throw new SettingsError(`COURIER_REDIS: ${weakness}.`)
  if (door.isLeaving) return
  door.isOpen = true
  loops.forEach((loop) => loop.start())
  log('info', 'Ready.', { port, providers: [...providers.keys()] })
}

/** Asks Redis until it answers: a courier that ended would only be started again, which costs a busy machine more. */
async function whenItAnswers<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (fault) {
      if (!(fault instanceof BookAway)) throw fault
      log('warning', 'Redis does not answer, and is asked again.', { fault: messageOf(fault) })
      await new Promise((done) => setTimeout(done, looksEvery))
    }
  }
}

function providersOf(settings: Settings): ReadonlyMap<string, Provider> {
  const names = new Set(settings.routes.map((route) => route.provider))
  const providers: Provider[] = []
  if (names.has('file')) providers.push(new FileProvider(settings.file))
  if (names.has('twilio')) providers.push(new Twilio(settings))
  if (names.has('solapi')) {
    const { templates } = settings.solapi
    const approved =
      templates === '' ? {} : (JSON.parse(readFileSync(templates, 'utf8')) as Record<string, AlimtalkTemplate>)
    providers.push(new Solapi(settings, approved))
  }
  return new Map(providers.map((provider) => [provider.name, provider]))
}

try {
  await run(readSettings(process.env))
} catch (fault) {
  log('error', fault instanceof SettingsError ? fault.message : `The courier cannot start: ${messageOf(fault)}`)
  process.exit(1)
}
