import { log, messageOf } from './log.js'

/** Does something again and again, until it is stopped; a turn that fails is logged and the next one comes. */
export class Loop {
  private isStopped = false
  private timer: NodeJS.Timeout | undefined
  private turn: Promise<void> = Promise.resolve()

  constructor(
    private readonly what: string,
    private readonly pause: number,
    private readonly act: () => Promise<void>,
  ) {}

  start(): void {
    this.turn = this.run()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    clearTimeout(this.timer)
    await this.turn
  }

  private async run(): Promise<void> {
    try {
      await this.act()
    } catch (fault) {
      log('warning', `${this.what} is tried again.`, { fault: messageOf(fault) })
    }
    if (!this.isStopped) this.timer = setTimeout(() => this.start(), this.pause)
  }
}
